/** The time, in milliseconds: the same for all processes of this machine, whatever becomes of its wall clock. */
export function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
