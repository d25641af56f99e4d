import { createLab, type Lab } from './lab.ts'

const MAX_LABS = 40

/** Bundlers evaluate this module once per entry, so only the global object can hold what the routes share. */
const LABS = Symbol.for('millrace.demo.labs')

function labs(): Map<string, Lab> {
  const holder = globalThis as { [LABS]?: Map<string, Lab> }
  return (holder[LABS] ??= new Map())
}

/**
 * Opens a lab, in the memory of this process.
 *
 * @returns Its id; `undefined` when there are forty, all with somebody who reads; one that nobody reads makes room.
 */
export function openLab(): string | undefined {
  const held = labs()
  if (held.size >= MAX_LABS) void [...held.values()].find((lab) => !lab.isRead())?.close()
  if (held.size >= MAX_LABS) return undefined
  // Only who opened it knows its name, so that nobody presses the buttons of another.
  const id = crypto.randomUUID()
  held.set(id, createLab({ onClose: () => held.delete(id) }))
  return id
}

/** Finds a lab that is open. */
export function findLab(id: unknown): Lab | undefined {
  return typeof id === 'string' ? labs().get(id) : undefined
}
