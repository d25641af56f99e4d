import { availableParallelism } from 'node:os'
import react from '@vitejs/plugin-react'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { args, executablePath } from './scripts/testing/chromium.ts'
import { SkippedReporter } from './scripts/skipped-reporter.ts'

/** How long `expect.poll` waits at most, unless told: browsers and servers make a small machine slow. */
const patience = { poll: { timeout: 10_000 } }

const browser = ['packages/*/src/**/*.browser.test.{ts,tsx}']

export default defineConfig({
  plugins: [react()],
  test: {
    // One for each core. By default there is one fewer, which is one on a small machine, where most tests wait for servers.
    maxWorkers: availableParallelism(),
    expect: patience,
    reporters: [
      'default',
      new SkippedReporter(),
      ...(process.env['CI'] ? [['json', { outputFile: 'reports/vitest.json' }] as ['json', object]] : []),
    ],
    projects: [
      {
        test: {
          name: 'node',
          include: [
            'packages/{core,client,server,next,redis}/{src,test}/**/*.test.ts',
            'scripts/**/*.test.ts',
            'apps/bench/{client,harness,chaos,corpora}/**/*.test.ts',
          ],
          exclude: browser,
          testTimeout: 20_000,
          expect: patience,
        },
      },
      // Each test drives a real server and often a real browser: 2 to 4 s each on a loaded machine.
      {
        test: {
          name: 'e2e',
          include: ['apps/*/e2e/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          expect: patience,
        },
      },
      {
        extends: true,
        test: {
          name: 'jsdom',
          environment: 'jsdom',
          include: ['packages/react/src/**/*.test.tsx'],
          exclude: browser,
        },
      },
      {
        extends: true,
        test: {
          name: 'react-18',
          environment: 'jsdom',
          include: ['packages/react/src/**/*.test.tsx'],
          // React 18 has no <Activity>.
          exclude: [...browser, '**/hidden-components.test.tsx'],
          setupFiles: ['packages/react/test/react-18.ts'],
        },
      },
      {
        extends: true,
        // Without this, a cold first run may optimise dependencies, and reload, in the middle of a test.
        optimizeDeps: { include: ['react-dom/client', 'vitest-browser-react'] },
        test: {
          name: 'chromium',
          include: browser,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: { executablePath: await executablePath(), args } }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
})
