/** The page of the suite `react`: components that count the events of one stream, by the hook or by one as is often written. */
import { createElement, type ReactElement, useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { defineFold, useEventStream } from '@millrace/react'

/** How components come to know of events. */
export type Mode = 'naive' | 'frame' | 'chunk' | 'event'

/** What to do. */
export interface Load {
  readonly mode: Mode
  readonly components: number
  readonly count: number
  readonly perSecond: number
}

/** What became of it. */
export interface Outcome {
  /** Renders of all components together. */
  readonly renders: number
  /** From the first event until all components showed the last one, in milliseconds. */
  readonly elapsedMs: number
  /** Frames that were painted meanwhile. */
  readonly frames: number
  /** Frames that a screen of 60 Hz would have had between two that were painted. */
  readonly dropped: number
  /** The longest time between two of them, in milliseconds. */
  readonly longestFrameMs: number
  /** Events that a listener of the hook did not hear; -1 where there is none. */
  readonly lost: number
  /** Events that it heard twice, or out of order; -1 where there is none. */
  readonly repeated: number
}

const FRAME_MS = 1000 / 60
const GIVEN_UP_AFTER_MS = 50_000

let runs = 0
let renders = 0
let heard: number[] = []

const counter = defineFold('/events', { initialValue: 0, reducer: (count) => count + 1 })

function useCountedRender(): void {
  useEffect(() => {
    renders += 1
  })
}

function Counter({
  mode,
  url,
}: {
  readonly mode: 'frame' | 'chunk' | 'event'
  readonly url: string
}): ReactElement {
  useCountedRender()
  const { data } = useEventStream(url, { fold: counter, flush: mode, lingerMs: 0 })
  return createElement('li', undefined, data)
}

function Listener({ url }: { readonly url: string }): null {
  useEventStream(url, { lingerMs: 0, onEvent: ({ data }) => void heard.push(Number(data)) })
  return null
}

/** One source for all components, as in any fair comparison. */
const listeners = new Set<(text: string) => void>()

function NaiveCounter(): ReactElement {
  useCountedRender()
  const [count, setCount] = useState(0)
  useEffect(() => {
    const listen = (): void => setCount((before) => before + 1)
    listeners.add(listen)
    return () => void listeners.delete(listen)
  }, [])
  return createElement('li', undefined, count)
}

/** Watches the frames that are painted, until it is told to stop. */
function watchFrames() {
  const startMs = performance.now()
  let lastMs = startMs
  let frames = 0
  let dropped = 0
  let longestFrameMs = 0
  const next = (): void => {
    const nowMs = performance.now()
    const tookMs = nowMs - lastMs
    if (tookMs > 1.5 * FRAME_MS) dropped += Math.round(tookMs / FRAME_MS) - 1
    longestFrameMs = Math.max(longestFrameMs, tookMs)
    lastMs = nowMs
    frames += 1
    handle = requestAnimationFrame(next)
  }
  let handle = requestAnimationFrame(next)
  return () => {
    cancelAnimationFrame(handle)
    return { frames, dropped, longestFrameMs, elapsedMs: performance.now() - startMs }
  }
}

async function run({ mode, components, count, perSecond }: Load): Promise<Outcome> {
  const url = `/events?count=${count}&perSecond=${perSecond}&run=${++runs}`
  const container = document.createElement('ul')
  document.body.append(container)
  const root = createRoot(container)
  heard = []
  const items = Array.from({ length: components }, (_, key) =>
    mode === 'naive' ? createElement(NaiveCounter, { key }) : createElement(Counter, { key, mode, url }),
  )
  renders = 0
  root.render([...items, ...(mode === 'naive' ? [] : [createElement(Listener, { key: 'listener', url })])])
  while (renders < components) await new Promise((resolve) => setTimeout(resolve))
  renders = 0
  const source = mode === 'naive' ? new EventSource(url) : undefined
  source?.addEventListener('message', ({ data }: MessageEvent<string>) => {
    for (const listen of listeners) listen(data)
  })
  const stop = watchFrames()
  const untilMs = performance.now() + GIVEN_UP_AFTER_MS
  const isShown = (): boolean => [...container.children].every((child) => child.textContent === String(count))
  while (!isShown() && performance.now() < untilMs) {
    await new Promise((resolve) => requestAnimationFrame(resolve))
  }
  const outcome = stop()
  source?.close()
  const result: Outcome = {
    renders,
    ...outcome,
    lost: mode === 'naive' ? -1 : count - new Set(heard).size,
    repeated: mode === 'naive' ? -1 : heard.filter((n, index) => n !== index + 1).length,
  }
  root.unmount()
  container.remove()
  return result
}

Object.assign(globalThis, { run })
