import type { Language } from '#lib/language.ts'

interface ChartWords {
  readonly named: (metric: string) => string
  readonly day: string
  readonly soFar: string
  readonly forecast: (level: number) => string
  readonly target: string
  readonly limit: string
  readonly added: string
  readonly less: (metric: string, arm: string, control: string) => string
  readonly noDifference: string
}

/** What stands on charts that screens draw from figures by themselves; those of reports are told with the report. */
export const CHART_WORDS: Readonly<Record<Language, ChartWords>> = {
  en: {
    named: (metric) => `“${metric}”`,
    day: 'Day',
    soFar: 'So far',
    forecast: (level) => `Forecast, ${level} %`,
    target: 'Target',
    limit: 'Limit',
    added: 'Added by journeys (95 %)',
    less: (metric, arm, control) => `“${metric}”: “${arm}” less “${control}”`,
    noDifference: 'No difference',
  },
  de: {
    named: (metric) => `„${metric}“`,
    day: 'Tag',
    soFar: 'Bisher',
    forecast: (level) => `Prognose, ${level} %`,
    target: 'Zielwert',
    limit: 'Grenze',
    added: 'Von Journeys beigetragen (95 %)',
    less: (metric, arm, control) => `„${metric}“: „${arm}“ minus „${control}“`,
    noDifference: 'Kein Unterschied',
  },
}
