import { within } from './within.ts'

/** What can go into a page and come out of it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** A page of a browser engine. */
export interface EnginePage {
  /**
   * Runs a function, or an expression, in the page, waits for the promise it may return, and brings back its result by way
   * of JSON. The function travels as its source: it sees its arguments and the page's globals, and nothing around it.
   *
   * @throws {Error} What was thrown in the page, with its stack; or that it took longer than 30 seconds.
   */
  evaluate<Args extends readonly Json[], Result>(
    code: string | ((...args: Args) => Result | PromiseLike<Result>),
    ...args: Args
  ): Promise<Result>
  /** Writes a PNG of what the page shows to a path. */
  screenshot(path: string): Promise<void>
  /** Closes the page, and with it its connections. */
  close(): Promise<void>
}

/** A browser engine that runs. */
export interface Engine {
  /** Opens a page and waits until it has loaded. */
  newPage(url: string): Promise<EnginePage>
  /** Closes all pages and ends every process that was started. */
  close(): Promise<void>
}

/** How long an engine may take to start, to load a page, or to answer, in milliseconds. */
export const ANSWERS_WITHIN_MS = 30_000

/** How large a page is, in CSS pixels. */
export const viewport = { width: 1280, height: 720 } as const

/** The part of {@link EnginePage} that differs between engines. */
export interface PageDriver extends Omit<EnginePage, 'evaluate'> {
  /** Evaluates an expression for a promise of a string. */
  run(expression: string): Promise<unknown>
}

type Outcome<Result> = { readonly value: Result } | { readonly thrown: string }

/** Makes a page of what an engine offers: all engines take and return text alone, so that they cannot differ in it. */
export function createPage(driver: PageDriver): EnginePage {
  return {
    async evaluate<Result>(
      code: string | ((...args: never) => unknown),
      ...args: readonly Json[]
    ): Promise<Result> {
      const call = typeof code === 'string' ? `(${code})` : `(${String(code)})(...${JSON.stringify(args)})`
      const expression = `(async () => {
        try { return JSON.stringify({ value: await ${call} }) }
        catch (error) { return JSON.stringify({ thrown: String(error) + '\\n' + (error?.stack ?? '') }) }
      })()`
      const text = await within(ANSWERS_WITHIN_MS, `evaluating ${call.slice(0, 80)}`, driver.run(expression))
      const outcome = JSON.parse(String(text)) as Outcome<Result>
      if ('thrown' in outcome) throw new Error(`in the page: ${outcome.thrown}`)
      return outcome.value
    },
    screenshot: (path) => within(ANSWERS_WITHIN_MS, 'a screenshot', driver.screenshot(path)),
    close: () => within(ANSWERS_WITHIN_MS, 'closing a page', driver.close()),
  }
}
