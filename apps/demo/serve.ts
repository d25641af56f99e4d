// Next's own command line, in this very process so that signals reach it, and on this app's port unless PORT names another.
process.env['PORT'] ||= '4200'
// The server of `next dev` asks before it has read .env.
process.env['NEXT_TELEMETRY_DISABLED'] ||= '1'
await import('next/dist/bin/next')

export {}
