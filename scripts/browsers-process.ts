/**
 * What to run so that a program is ended with this process, in whatever way this process ends: a killed test runner leaves
 * no browser behind. Linux only, as the programs are that need it.
 */
export function boundToThisProcess(
  path: string,
  args: readonly string[],
): { readonly command: string; readonly args: string[] } {
  return { command: '/usr/bin/setpriv', args: ['--pdeathsig', 'TERM', '--', path, ...args] }
}
