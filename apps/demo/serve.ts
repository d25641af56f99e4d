import { nameThisInstance } from './cluster/instance.ts'
import { serveInstances } from './cluster/serve-instances.ts'
import { takeInstances } from './cluster/take-instances.ts'

// This app's own, unless PORT names another.
process.env['PORT'] ||= '4200'
// The server of `next dev` asks before it has read .env.
process.env['NEXT_TELEMETRY_DISABLED'] ||= '1'

const instances = takeInstances(process.argv)
if (instances !== undefined) await serveInstances(instances)
else {
  nameThisInstance()
  // Next's own command line, in this very process so that signals reach it.
  await import('next/dist/bin/next')
}
