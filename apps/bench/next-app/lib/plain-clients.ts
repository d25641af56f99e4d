/** The clients of the plain route. On `globalThis`, since the modules of one route are not those of another. */
const holder = globalThis as { benchClients?: Set<ReadableStreamDefaultController<Uint8Array>> }

export const plainClients: Set<ReadableStreamDefaultController<Uint8Array>> = (holder.benchClients ??=
  new Set())
