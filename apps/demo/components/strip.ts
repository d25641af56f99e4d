/** A stretch of time, in seconds before the present: negative numbers up to 0. */
export interface Band {
  readonly fromSeconds: number
  readonly toSeconds: number
}

/** What a strip chart draws. */
export interface Strip {
  /** The columns: seconds before the present, then each line's values; `null` breaks a line. */
  readonly columns: readonly [readonly number[], ...(readonly (number | null)[])[]]
  /** The stretches to shade. */
  readonly bands: readonly Band[]
}

/** One line of a chart. Colours are names of custom properties, read whenever the chart is drawn. */
export interface StripLine {
  readonly colour: `--${string}`
  readonly fill?: `--${string}`
  readonly widthPx: number
}

/** How a strip chart draws; a new one makes a new chart, so keep it from render to render. */
export interface StripChartSpec {
  readonly lines: readonly StripLine[]
  /** How far back the chart reaches, in seconds. */
  readonly spanSeconds: number
  /** The upper end of the scale for a highest value; the lower end is 0. */
  readonly top: (highest: number) => number
  /** A value's label on the scale. */
  readonly label: (value: number) => string
}
