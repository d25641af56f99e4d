import { useSyncExternalStore } from 'react'
import { viewer } from '../lib/viewer.ts'

const KEY = 'millrace.name'

const listeners = new Set<() => void>()
let chosen: string | undefined

/** The visitor's name, from one visit to the next: a guest's until another was chosen. Empty while a server renders. */
export function useName(): readonly [string, (name: string) => void] {
  return [useSyncExternalStore(subscribe, readName, () => ''), chooseName]
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function readName(): string {
  return (chosen ??= stored(() => localStorage.getItem(KEY)) ?? `Guest ${viewer.slice(0, 4)}`)
}

function chooseName(name: string): void {
  chosen = name
  stored(() => localStorage.setItem(KEY, name))
  for (const listener of listeners) listener()
}

/** A browser that is told to keep nothing refuses; then the name lasts as long as the page. */
function stored<Result>(access: () => Result): Result | undefined {
  try {
    return access()
  } catch {
    return undefined
  }
}
