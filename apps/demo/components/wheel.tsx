import type { ReactNode } from 'react'

const PADDLES = [0, 45, 90, 135, 180, 225, 270, 315]

/** A mill wheel. Decoration only: what it shows is said in words beside it. */
export function Wheel({
  className,
  turnDegrees = 0,
}: {
  readonly className?: string | undefined
  readonly turnDegrees?: number
}): ReactNode {
  return (
    <svg
      className={className}
      viewBox="-32 -32 64 64"
      aria-hidden="true"
      style={{ transform: `rotate(${turnDegrees}deg)` }}
    >
      <g fill="none" stroke="currentColor">
        <circle r="21" strokeWidth="3" />
        <circle r="14" strokeWidth="1.5" />
        {PADDLES.map((degrees) => (
          <g key={degrees} transform={`rotate(${degrees})`}>
            <path d="M0 -6V-28" strokeWidth="2" />
            <path d="M-5.5 -28.5H5.5" strokeWidth="4" />
          </g>
        ))}
      </g>
      <circle r="6" fill="currentColor" />
    </svg>
  )
}
