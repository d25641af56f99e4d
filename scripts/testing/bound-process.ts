import { spawnSync } from 'node:child_process'

/** A part of util-linux, as `--pdeathsig` is of Linux. */
const SETPRIV = '/usr/bin/setpriv'

/**
 * What to run so that a program is ended with this process, in whatever way this process ends: a killed test runner leaves no
 * browser and no server behind. Where that cannot be had, it is the program as it is.
 *
 * @param options.signal - What ends the program: `'TERM'` where it has to end others in turn.
 */
export function boundToThisProcess(
  program: string,
  args: readonly string[],
  { signal }: { readonly signal: 'TERM' | 'KILL' },
): { readonly command: string; readonly args: string[] } {
  const binding = ['--pdeathsig', signal, '--']
  if (spawnSync(SETPRIV, [...binding, 'true']).status !== 0) return { command: program, args: [...args] }
  return { command: SETPRIV, args: [...binding, program, ...args] }
}
