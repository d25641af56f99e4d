/** Next calls this once when a server starts. */
export async function register(): Promise<void> {
  // Next builds this file for its edge runtime too, where the condition is false and drops the imports with all of their node: modules.
  if (process.env['NEXT_RUNTIME'] !== 'nodejs' || process.env['NEXT_PHASE'] === 'phase-production-build')
    return
  await import('./lib/hub.ts')
  const { startHostSampler } = await import('./server/host-sampler.ts')
  startHostSampler()
  const { tellPresence } = await import('./rooms/server/tell-presence.ts')
  tellPresence()
}
