import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { basename, isAbsolute, join } from 'node:path'
import { within } from '../../../scripts/testing/within.ts'
import type { Answer, Commands, Question } from './commands.ts'

const READY_WITHIN_MS = 20_000
const ENDS_WITHIN_MS = 10_000
/** Has Node.js load Millrace as users do, by `--import`. */
export const BUILT_PACKAGES: string = join(import.meta.dirname, 'built-packages.ts')

/** A process that answers commands. */
export interface Child<Known extends Commands> {
  /** Its process id. */
  readonly pid: number
  /** Asks for one command. Rejects with its error, when the process ends, or when there is no answer in time. */
  readonly ask: <Name extends keyof Known & string>(
    name: Name,
    ...argument: Parameters<Known[Name]>
  ) => Promise<Awaited<ReturnType<Known[Name]>>>
  /** Ends it. */
  readonly stop: () => Promise<void>
}

/** Options of {@link Children.start}. */
export interface ChildOptions {
  /** How long an answer may take, in milliseconds. Default 60,000. */
  readonly answersWithinMs?: number
  /** Whether the process is the one that is measured: it can collect its garbage, and is profiled when profiles are asked for. Default false. */
  readonly isMeasured?: boolean
  /** The Node.js that runs it. Default: this one. */
  readonly node?: string
}

/** Options of {@link Children}. */
export interface ChildrenOptions {
  /** Where measured processes leave their CPU profile. Default: none is taken. */
  readonly profileFolder?: string | undefined
  /** Whether Millrace is loaded as users do, or from its source, which need not be built. Default `'built'`. */
  readonly packages?: 'built' | 'source'
}

/** The processes that a suite started, so that all of them end with it. */
export class Children {
  readonly #profileFolder: string | undefined
  readonly #flags: readonly string[]
  readonly #processes = new Set<ChildProcess>()
  readonly #killAll = (): void => {
    for (const child of this.#processes) child.kill('SIGKILL')
  }

  constructor({ profileFolder, packages = 'built' }: ChildrenOptions = {}) {
    this.#profileFolder = profileFolder
    this.#flags = packages === 'built' ? ['--import', BUILT_PACKAGES] : []
    process.once('exit', this.#killAll)
  }

  /** Starts a program, of `children/` or by its path, and waits until it is ready. */
  async start<Known extends Commands>(
    program: string,
    { answersWithinMs = 60_000, isMeasured = false, node = process.execPath }: ChildOptions = {},
  ): Promise<Child<Known>> {
    const name = basename(program).replace(/\.\w+$/, '')
    const path = isAbsolute(program) ? program : join(import.meta.dirname, '../children', `${program}.ts`)
    const child = fork(path, {
      execPath: node,
      execArgv: [...this.#flags, ...(isMeasured ? this.#measuredFlags() : [])],
      serialization: 'advanced',
      // Standard output is for the report.
      stdio: ['ignore', 2, 2, 'ipc'],
    })
    this.#processes.add(child)
    const talk = new Conversation(name, child)
    child.once('exit', () => this.#processes.delete(child))
    await within(READY_WITHIN_MS, `starting ${name}`, talk.ready)
    return {
      pid: child.pid ?? 0,
      ask: (command, ...[argument]) =>
        within(
          answersWithinMs,
          `the answer of ${name} to "${command}"`,
          talk.ask(command, argument) as Promise<Awaited<ReturnType<Known[typeof command]>>>,
        ),
      stop: () => end(child),
    }
  }

  /** Ends all of them: in good order, or by force after 10 seconds. */
  async stop(): Promise<void> {
    await Promise.all([...this.#processes].map((child) => end(child)))
    process.removeListener('exit', this.#killAll)
  }

  #measuredFlags(): readonly string[] {
    const folder = this.#profileFolder
    return ['--expose-gc', ...(folder ? ['--cpu-prof', `--cpu-prof-dir=${folder}`] : [])]
  }
}

/** Questions to one process, each with its answer. */
class Conversation {
  readonly ready: Promise<void>
  readonly #child: ChildProcess
  readonly #open = new Map<number, PromiseWithResolvers<unknown>>()
  readonly #ended: Promise<never>
  #lastId = 0

  constructor(name: string, child: ChildProcess) {
    this.#child = child
    const ready = Promise.withResolvers<void>()
    const ended = Promise.withResolvers<never>()
    child.once('exit', (code, signal) => ended.reject(new Error(`${name} ended (${signal ?? code})`)))
    child.once('error', (error) => ended.reject(error))
    child.on('message', (message) => {
      const answer = message as Answer
      if (answer.kind === 'ready') return ready.resolve()
      const question = this.#open.get(answer.id)
      this.#open.delete(answer.id)
      if (answer.kind === 'result') question?.resolve(answer.result)
      else question?.reject(new Error(`${name}: ${answer.error}`))
    })
    this.#ended = ended.promise
    // Seen by whoever asks; nobody may be asking when the process is told to end.
    this.#ended.catch(() => undefined)
    this.ready = Promise.race([ready.promise, this.#ended])
  }

  ask(name: string, argument: unknown): Promise<unknown> {
    const id = ++this.#lastId
    const answer = Promise.withResolvers<unknown>()
    this.#open.set(id, answer)
    const question: Question = { id, name, argument }
    this.#child.send(question)
    return Promise.race([answer.promise, this.#ended])
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  const timer = setTimeout(() => child.kill('SIGKILL'), ENDS_WITHIN_MS)
  if (child.connected) child.disconnect()
  await exited
  clearTimeout(timer)
}
