import type { KnipConfig } from 'knip'

const config: KnipConfig = {
  workspaces: {
    '.': {
      // Run by their paths, which knip cannot see: by people, `.ci/run` and package-checks.ts.
      entry: ['scripts/**/*.test.ts', 'scripts/count-tests.ts', 'scripts/benchmarks.ts'],
      // packages/react/test/react-18.ts puts these in the place of their newer selves.
      ignoreDependencies: ['@arethetypeswrong/cli', 'react-18', 'react-dom-18'],
      project: ['scripts/**/*.ts', '*.ts'],
      // The machine's; tests are skipped where it is missing.
      ignoreBinaries: ['redis-server'],
    },
    'packages/*': {
      // The last two are started as a process, and bundled for a page, by their paths.
      entry: [
        'src/**/*.{test,test-d,bench}.{ts,tsx}',
        'test/**/*.test.{ts,tsx}',
        'test/shutdown-process.ts',
        'test/eventsource/page.ts',
      ],
      project: ['src/**/*.{ts,tsx}', 'test/**/*.{ts,tsx}'],
    },
    'apps/bench': {
      // Started as processes, or loaded by them, by their paths.
      entry: [
        'bench.ts',
        'chaos/chaos.ts',
        '**/children/*.ts',
        'harness/built-packages.ts',
        'next-app/{next.config,app/**/*}.{ts,tsx}',
        '**/*.test.ts',
      ],
      project: ['**/*.ts'],
    },
    'apps/reference': {
      entry: ['reference.ts'],
      project: ['*.ts'],
      // TypeDoc's compiler.
      ignoreDependencies: ['typescript'],
    },
    'apps/*': {
      entry: ['**/*.test.{ts,tsx}'],
      project: ['**/*.{ts,tsx}'],
    },
  },
  // A type beside the function that takes it reads well in an editor, and costs nothing.
  ignoreExportsUsedInFile: { interface: true, type: true },
}

export default config
