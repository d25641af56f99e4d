import type { KnipConfig } from 'knip'

/** Installed for code that is still to be written. Take out what is used; an empty list is the goal. */
const notUsedYet = {
  root: ['@testing-library/.+', 'axe-core', 'fast-check', 'zod'],
  packages: ['@millrace/.+', 'next', 'react', 'react-dom', '@types/react'],
}

const config: KnipConfig = {
  workspaces: {
    '.': {
      // `.ci/run` and package-checks.ts run these by their paths, which knip cannot see.
      entry: ['scripts/*.test.ts', 'scripts/count-tests.ts'],
      ignoreDependencies: ['@arethetypeswrong/cli', ...notUsedYet.root],
      project: ['scripts/**/*.ts', '*.ts'],
    },
    'packages/*': {
      entry: ['src/**/*.{test,test-d,bench}.{ts,tsx}', 'test/**/*.test.{ts,tsx}'],
      ignoreDependencies: notUsedYet.packages,
      project: ['src/**/*.{ts,tsx}', 'test/**/*.{ts,tsx}'],
    },
    'apps/*': {
      entry: ['**/*.test.{ts,tsx}'],
      project: ['**/*.{ts,tsx}'],
    },
  },
  // A type beside the function that takes it reads well in an editor, and costs nothing.
  ignoreExportsUsedInFile: { interface: true, type: true },
  rules: { catalog: 'warn' },
}

export default config
