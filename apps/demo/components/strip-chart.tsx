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
  let bands: readonly Band[] = []
  let shownAtMs = -Infinity
  const plot = new uPlot(
    { ...optionsOf(spec, element), hooks: { drawClear: [(self) => shade(self, bands)] } },
    [[], ...spec.lines.map(() => [])],
    element,
  )
  const stop = new AbortController()
  const lessMotion = matchMedia('(prefers-reduced-motion: reduce)')
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => plot.redraw(), stop)

  const resize = new ResizeObserver(() => plot.setSize(sizeOf(element)))
  resize.observe(element)
  return {
    show(strip) {
      if (lessMotion.matches && performance.now() - shownAtMs < CALM_INTERVAL_MS) return
      shownAtMs = performance.now()
      bands = strip.bands
      // uPlot's types ask for arrays that can be written; it only reads them.
      plot.setData(strip.columns as unknown as uPlot.AlignedData)
    },
    destroy() {
      stop.abort()
      resize.disconnect()
      plot.destroy()
    },
  }
}

function optionsOf(spec: StripChartSpec, element: HTMLElement): uPlot.Options {
  const { fontFamily } = getComputedStyle(element)
  const axis = {
    stroke: () => colour('--ink-soft'),
    font: `11px ${fontFamily}`,
    ticks: { show: false },
  } satisfies uPlot.Axis
  return {
    ...sizeOf(element),
    padding: [8, 16, 0, 0],
    cursor: { show: false },
    legend: { show: false },
    scales: {
      x: { time: false, range: [-spec.spanSeconds, 0] },
      y: { range: (_, __, highest) => [0, spec.top(highest ?? 0)] },
    },
    axes: [
      {
        ...axis,
        size: 24,
        gap: 6,
        grid: { show: false },
        splits: quarters(-spec.spanSeconds),
        values: (_, splits) => splits.map((seconds) => (seconds === 0 ? 'now' : `${-seconds} s`)),
      },
      {
        ...axis,
        size: 48,
        gap: 6,
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

function quarters(end: number): number[] {
  return [end, end * 0.75, end * 0.5, end * 0.25, 0]
}

function halves(end: number): number[] {
  return [0, end / 2, end]
}
