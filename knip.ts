import type { KnipConfig } from 'knip'

const config: KnipConfig = {
  workspaces: {
    '.': {
      // `.ci/run` and package-checks.ts run these by their paths, which knip cannot see.
      entry: ['scripts/*.test.ts', 'scripts/count-tests.ts'],
      ignoreDependencies: ['@arethetypeswrong/cli'],
      project: ['scripts/**/*.ts', '*.ts'],
    },
    'packages/*': {
      entry: ['src/**/*.{test,test-d,bench}.{ts,tsx}', 'test/**/*.test.{ts,tsx}'],
      project: ['src/**/*.{ts,tsx}', 'test/**/*.{ts,tsx}'],
      // The machine's; tests are skipped where it is missing.
      ignoreBinaries: ['redis-server'],
    },
    'apps/bench': {
      // Started as processes, or loaded by them, by their paths.
      entry: ['bench.ts', 'children/*.ts', 'harness/built-packages.ts', '**/*.test.ts'],
      project: ['**/*.ts'],
    },
    'apps/*': {
      entry: ['**/*.test.{ts,tsx}'],
      project: ['**/*.{ts,tsx}'],
      ignoreBinaries: ['redis-server'],
    },
  },
  // A type beside the function that takes it reads well in an editor, and costs nothing.
  ignoreExportsUsedInFile: { interface: true, type: true },
}

export default config
