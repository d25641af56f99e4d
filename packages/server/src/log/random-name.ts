const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-'
const pool = new Uint8Array(4096)
let used = pool.length

/** A random name of `length` characters of `A-Za-z0-9_-`, six bits each. */
export function randomName(length: number): string {
  if (used + length > pool.length) {
    // One call for hundreds of names: a call per name costs more than the append it is for.
    crypto.getRandomValues(pool)
    used = 0
  }
  let name = ''
  for (let index = 0; index < length; index++) name += ALPHABET[(pool[used++] as number) & 63]
  return name
}

/** The tag of an entry: 36 random bits, so that a log which was rolled back and written anew is told apart. */
export function randomTag(): string {
  return randomName(6)
}
