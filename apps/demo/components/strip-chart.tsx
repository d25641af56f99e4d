'use client'

import { useEffect, useRef, type ReactNode } from 'react'
import './usable-language.ts'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import styles from './strip-chart.module.css'
import type { Band, Strip, StripChartSpec } from './strip.ts'

/** Whoever asked for less motion gets a chart that moves on once a second. */
const CALM_INTERVAL_MS = 1000

/**
 * A chart like a paper strip: the present at its right end, the past moving off to the left.
 *
 * @param props.summary - The chart in words, for those who do not see it.
 */
export function StripChart({
  spec,
  strip,
  summary,
  className,
}: {
  readonly spec: StripChartSpec
  readonly strip: Strip
  readonly summary: string
  readonly className?: string | undefined
}): ReactNode {
  const element = useRef<HTMLDivElement>(null)
  const chart = useRef<DrawnChart>(null)

  useEffect(() => {
    if (!element.current) return
    const drawn = drawChart(element.current, spec)
    chart.current = drawn
    return () => {
      chart.current = null
      drawn.destroy()
    }
  }, [spec])

  useEffect(() => chart.current?.show(strip), [spec, strip])

  return (
    <div ref={element} role="img" aria-label={summary} className={`${styles.strip} ${className ?? ''}`} />
  )
}

interface DrawnChart {
  show(strip: Strip): void
  destroy(): void
}

function drawChart(element: HTMLElement, spec: StripChartSpec): DrawnChart {
  let shown: Strip = { columns: [[], ...spec.lines.map(() => [])], bands: [] }
  let shownAtMs = -Infinity
  let fontPx = rootFontPx()
  const plotNow = (): uPlot =>
    new uPlot(
      { ...optionsOf(spec, element, fontPx), hooks: { drawClear: [(self) => shade(self, shown.bands)] } },
      dataOf(shown),
      element,
    )
  let plot = plotNow()
  const stop = new AbortController()
  const lessMotion = matchMedia('(prefers-reduced-motion: reduce)')
  for (const query of ['(prefers-color-scheme: dark)', '(forced-colors: active)', 'print'])
    matchMedia(query).addEventListener('change', () => plot.redraw(), stop)

  const resize = new ResizeObserver(() => {
    if (fontPx === rootFontPx()) return plot.setSize(sizeOf(element))
    // uPlot reads the font of its axes only once.
    fontPx = rootFontPx()
    plot.destroy()
    plot = plotNow()
  })
  resize.observe(element)
  return {
    show(strip) {
      if (lessMotion.matches && performance.now() - shownAtMs < CALM_INTERVAL_MS) return
      shownAtMs = performance.now()
      shown = strip
      plot.setData(dataOf(strip))
    },
    destroy() {
      stop.abort()
      resize.disconnect()
      plot.destroy()
    },
  }
}

function dataOf({ columns }: Strip): uPlot.AlignedData {
  // uPlot's types ask for arrays that can be written; it only reads them.
  return columns as unknown as uPlot.AlignedData
}

function optionsOf(spec: StripChartSpec, element: HTMLElement, fontPx: number): uPlot.Options {
  const { fontFamily } = getComputedStyle(element)
  const scalePx = (px: number): number => Math.round((px * fontPx) / 16)
  const leftPx = scalePx(48)
  const axis = {
    stroke: () => colour('--ink-soft'),
    font: `${scalePx(11)}px ${fontFamily}`,
    ticks: { show: false },
  } satisfies uPlot.Axis
  return {
    ...sizeOf(element),
    padding: [scalePx(8), scalePx(16), 0, 0],
    cursor: { show: false },
    legend: { show: false },
    scales: {
      x: { time: false, range: [-spec.spanSeconds, 0] },
      y: { range: (_, __, highest) => [0, spec.top(highest ?? 0)] },
    },
    axes: [
      {
        ...axis,
        size: scalePx(24),
        gap: scalePx(6),
        grid: { show: false },
        splits: (self) => parts(-spec.spanSeconds, (self.width - leftPx) / scalePx(44)),
        values: (_, splits) => splits.map((seconds) => (seconds === 0 ? 'now' : `${-seconds} s`)),
      },
      {
        ...axis,
        size: leftPx,
        gap: scalePx(6),
        grid: { stroke: () => colour('--line'), width: 1 },
        splits: (self) => halves(self.scales['y']?.max ?? 0),
        values: (_, splits) => splits.map(spec.label),
      },
    ],
    series: [
      {},
      ...spec.lines.map(({ colour: stroke, fill, widthPx }) => ({
        stroke: () => colour(stroke),
        ...(fill && { fill: () => colour(fill) }),
        width: widthPx,
        points: { show: false },
      })),
    ],
  }
}

function shade(plot: uPlot, bands: readonly Band[]): void {
  const { ctx, bbox } = plot
  ctx.save()
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
  ctx.clip()
  for (const { fromSeconds, toSeconds } of bands) {
    const from = plot.valToPos(fromSeconds, 'x', true)
    const width = plot.valToPos(toSeconds, 'x', true) - from
    ctx.fillStyle = colour('--recovered-fill')
    ctx.fillRect(from, bbox.top, width, bbox.height)
    ctx.fillStyle = colour('--recovered')
    ctx.fillRect(from, bbox.top + bbox.height - 3 * devicePixelRatio, width, 3 * devicePixelRatio)
  }
  ctx.restore()
}

function sizeOf(element: HTMLElement): { width: number; height: number } {
  return { width: element.clientWidth, height: element.clientHeight }
}

function colour(property: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(property)
}

function rootFontPx(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
}

/** The quarters of the time shown, or its halves, or only its ends: as many labels as there is room for. */
function parts(end: number, room: number): number[] {
  if (room >= 5) return [end, end * 0.75, end * 0.5, end * 0.25, 0]
  return room >= 3 ? [end, end * 0.5, 0] : [end, 0]
}

function halves(end: number): number[] {
  return [0, end / 2, end]
}
