interface IntervalProps {
  readonly of: { readonly difference: number; readonly low: number; readonly high: number }
  /** Grey while the interval includes 0. */
  readonly decided: boolean
  /** Green where it is decided; left out: what is above 0 is good. */
  readonly good?: boolean
  readonly label: string
}

const WIDTH = 320
const MIDDLE = 16

/** A dot with its interval on an axis that always shows 0. */
export function Interval({ of, decided, good = of.difference > 0, label }: IntervalProps) {
  const reach = Math.max(Math.abs(of.low), Math.abs(of.high), Number.EPSILON) * 1.15
  const x = (value: number) => ((value + reach) / (2 * reach)) * WIDTH
  const ink = decided ? (good ? 'var(--ok)' : 'var(--bad)') : 'var(--ink-3)'
  return (
    <svg role="img" aria-label={label} viewBox={`0 0 ${WIDTH} 34`} className="my-1 block w-full max-w-[360px]">
      <line x1={0} x2={WIDTH} y1={MIDDLE} y2={MIDDLE} stroke="var(--line)" />
      <line x1={x(0)} x2={x(0)} y1={4} y2={26} stroke="var(--line-strong)" strokeDasharray="2 2" />
      <text x={x(0)} y={34} textAnchor="middle" fontSize={10} fill="var(--ink-3)">
        0
      </text>
      <line x1={x(of.low)} x2={x(of.high)} y1={MIDDLE} y2={MIDDLE} stroke={ink} strokeWidth={2.5} />
      {[of.low, of.high].map((end) => (
        <line key={end} x1={x(end)} x2={x(end)} y1={MIDDLE - 5} y2={MIDDLE + 5} stroke={ink} strokeWidth={2.5} />
      ))}
      <circle cx={x(of.difference)} cy={MIDDLE} r={5} fill={ink} />
    </svg>
  )
}
