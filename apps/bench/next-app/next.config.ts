import type { NextConfig } from 'next'

const config: NextConfig = { agentRules: false, cacheComponents: true, poweredByHeader: false }

export default config
