import { useRead } from '#kit/api.ts'
import { useMay } from '#kit/me.ts'
import { GetDocument } from '#workspaces/documents/api.ts'
import type { Chart } from '../reports/chart.ts'

export interface Publish {
  readonly version: number
  /** Epoch ms. */
  readonly at: number
}

/** When versions of a journey went live. */
export function usePublishes(journey: string | undefined): readonly Publish[] {
  const may = useMay('documents:read')
  const document = useRead(GetDocument, { kind: 'journey', id: journey ?? '' }, { enabled: journey !== undefined && may })
  return (document.data?.versions ?? []).filter(({ status }) => status === 'published').map(({ version, at }) => ({ version, at }))
}

/** A chart over time with what went live meanwhile. */
export const noted = (chart: Chart, publishes: readonly Publish[]): Chart =>
  chart.kind === 'lines' && chart.x === 'time' && publishes.length > 0
    ? { ...chart, notes: publishes.map(({ version, at }) => ({ x: at, label: `v${version}` })) }
    : chart

/** The journey that an experiment's key is about: `choose:winback:nudge` → `winback`. */
export const journeyOfKey = (key: string): string | undefined => /^(?:journey|choose|split|send-time):([^:]+)/.exec(key)?.[1]
