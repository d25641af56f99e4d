import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, globSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { boundToThisProcess } from './bound-process.ts'
import { type Engine, ANSWERS_WITHIN_MS, createPage, viewport } from './browsers-page.ts'
import { freePort } from './free-port.ts'
import { within } from './within.ts'

const DRIVER = '/usr/bin/WebKitWebDriver'
const XVFB = '/usr/bin/Xvfb'
const TOOLBAR_HEIGHT = 38
const ENDS_WITHIN_MS = 5_000

/** Why WebKit cannot run here, if it cannot. */
export function missingWebKit(): string | undefined {
  if (!existsSync(DRIVER) || !miniBrowser()) return `no ${DRIVER}: apt-get install webkit2gtk-driver`
  return existsSync(XVFB) ? undefined : `no ${XVFB}: apt-get install xvfb`
}

/**
 * Starts WebKitGTK's MiniBrowser on a screen of its own, driven by W3C WebDriver.
 *
 * Its pages share one profile, and do one thing at a time, as WebDriver has it: a page must not wait in `evaluate` for what
 * another one is yet to be told.
 */
export async function launchWebKit(): Promise<Engine> {
  const processes: ChildProcess[] = []
  const endAll = async (): Promise<void> => void (await Promise.all(processes.map(end)))
  try {
    return await launch(processes, endAll)
  } catch (error) {
    await endAll()
    throw error
  }
}

async function launch(processes: ChildProcess[], endAll: () => Promise<void>): Promise<Engine> {
  const screen = start(XVFB, ['-displayfd', '3', '-screen', '0', '1280x900x24', '-nolisten', 'tcp'])
  processes.push(screen)
  const display = await within(ANSWERS_WITHIN_MS, 'starting Xvfb', firstLine(screen))

  const port = await freePort()
  const driver = start(DRIVER, [`--port=${port}`], {
    DISPLAY: `:${display}`,
    GDK_BACKEND: 'x11',
    // Its sandbox refuses to run as root, and there is no graphics card to rely on.
    WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
    LIBGL_ALWAYS_SOFTWARE: '1',
  })
  processes.push(driver)
  const root = `http://127.0.0.1:${port}`
  await within(ANSWERS_WITHIN_MS, 'starting WebKitWebDriver', answering(root, driver))

  const options = { binary: miniBrowser(), args: ['--automation'] }
  const capabilities = {
    alwaysMatch: {
      'webkitgtk:browserOptions': options,
      timeouts: { script: ANSWERS_WITHIN_MS, pageLoad: ANSWERS_WITHIN_MS },
    },
  }
  const { sessionId } = (await command('POST', `${root}/session`, { capabilities })) as { sessionId: string }
  const session = `${root}/session/${sessionId}`
  const first = String(await command('GET', `${session}/window`))

  let turn: Promise<unknown> = Promise.resolve()
  /** Commands go to one window at a time, the one that was switched to. */
  const inWindow = <Result>(handle: string, steps: () => Promise<Result>): Promise<Result> => {
    const result = turn.then(() => command('POST', `${session}/window`, { handle })).then(steps)
    turn = result.catch(() => undefined)
    return result
  }

  return {
    async newPage(url) {
      // WebDriver opens a window from another one: the first stays for that.
      const opened = await inWindow(first, () => command('POST', `${session}/window/new`, { type: 'window' }))
      const { handle } = opened as { handle: string }
      await inWindow(handle, async () => {
        await command('POST', `${session}/window/rect`, {
          ...viewport,
          height: viewport.height + TOOLBAR_HEIGHT,
        })
        await command('POST', `${session}/url`, { url })
      })
      return createPage({
        run: (expression) =>
          inWindow(handle, () =>
            command('POST', `${session}/execute/async`, {
              script: `${expression}.then(arguments[0])`,
              args: [],
            }),
          ),
        screenshot: (path) =>
          inWindow(handle, async () => {
            const image = await command('GET', `${session}/screenshot`)
            await writeFile(path, Buffer.from(String(image), 'base64'))
          }),
        close: async () => void (await inWindow(handle, () => command('DELETE', `${session}/window`))),
      })
    },
    async close() {
      // What does not end by being asked ends with its driver and its screen.
      await within(ENDS_WITHIN_MS, 'closing MiniBrowser', command('DELETE', session)).catch(() => undefined)
      await endAll()
    },
  }
}

function miniBrowser(): string | undefined {
  return globSync('/usr/lib/*/webkit2gtk-4.1/MiniBrowser')[0]
}

function start(
  path: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  const bound = boundToThisProcess(path, args, { signal: 'TERM' })
  return spawn(bound.command, bound.args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), ENDS_WITHIN_MS)
  await exited
  clearTimeout(timer)
}

/** What Xvfb writes once it listens: the number of its display. */
async function firstLine(child: ChildProcess): Promise<string> {
  const output = child.stdio[3] as Readable
  let text = ''
  for await (const chunk of output) {
    text += String(chunk)
    if (text.includes('\n')) return text.trim()
  }
  throw new Error('Xvfb ended before it had a display')
}

async function answering(root: string, driver: ChildProcess): Promise<void> {
  while (driver.exitCode === null && driver.signalCode === null) {
    const answer = await fetch(`${root}/status`).catch(() => undefined)
    if (answer?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`WebKitWebDriver ended with ${driver.exitCode ?? driver.signalCode} before it listened`)
}

/** Sends one WebDriver command. @see https://www.w3.org/TR/webdriver2/#endpoints */
async function command(method: string, url: string, body?: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(ANSWERS_WITHIN_MS + ENDS_WITHIN_MS),
  })
  const { value } = (await response.json()) as { value: unknown }
  if (response.ok) return value
  const { error, message } = value as { error: string; message: string }
  throw new Error(`WebDriver ${method} ${new URL(url).pathname}: ${error}: ${message}`)
}
