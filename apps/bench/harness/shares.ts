/** The part of the clients that one process holds. */
export interface Share {
  readonly count: number
  /** Each process connects from an address of its own, which has ports of its own. */
  readonly localAddress: string
}

/** Divides clients among processes, evenly. */
export function sharesOf(clients: number, processes: number): readonly Share[] {
  const upTo = (index: number): number => Math.floor((clients * index) / processes)
  return Array.from({ length: processes }, (_, index) => ({
    count: upTo(index + 1) - upTo(index),
    localAddress: `127.0.0.${index + 2}`,
  }))
}

/** Adds numbers up. */
export function sumOf(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0)
}
