import type { NextConfig } from 'next'

const config: NextConfig = {
  agentRules: false,
  cacheComponents: true,
  partialPrefetching: true,
  poweredByHeader: false,
  reactCompiler: true,
  experimental: { turbopackRustReactCompiler: true },
}

export default config
