import type { NextConfig } from 'next'

const config: NextConfig = {
  agentRules: false,
  cacheComponents: true,
  partialPrefetching: true,
  poweredByHeader: false,
  reactCompiler: true,
  // Styles in the page itself: those of pages that are only fetched ahead would be preloaded, and the browser complains of each that it never needs.
  experimental: { turbopackRustReactCompiler: true, inlineCss: true },
}

export default config
