import { Liquid, type Template as Node } from 'liquidjs'
import { type Problem, type Refusal, refuse } from '#lib/problem.ts'
import { FILTERS, LIMITS, TAGS } from '../language.ts'

export type Parsed = readonly Node[]

/** HTML output is escaped unless the template's own source says `| raw`; text output is not. */
const engines = { html: limited('escape'), text: limited(null), slack: limited(forSlack) }
export type Escaping = keyof typeof engines

/** Slack reads `<…>` as links and mentions (https://docs.slack.dev/messaging/formatting-message-text): data must not be able to call everybody. */
function forSlack(value: unknown): string {
  return String(value ?? '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
}

function limited(outputEscape: 'escape' | ((value: unknown) => string) | null): Liquid {
  const engine = new Liquid({
    ownPropertyOnly: true,
    strictFilters: true,
    strictVariables: false,
    dynamicPartials: false,
    relativeReference: false,
    templates: {},
    parseLimit: LIMITS.source,
    renderLimit: LIMITS.renderMs,
    memoryLimit: LIMITS.memory,
    timezoneOffset: 'UTC',
    locale: 'en-US',
    ...(outputEscape === null ? {} : { outputEscape }),
  })
  for (const name of Object.keys(engine.tags)) if (!(TAGS as readonly string[]).includes(name)) delete engine.tags[name]
  for (const name of Object.keys(engine.filters)) if (!(FILTERS as readonly string[]).includes(name)) delete engine.filters[name]
  tellTimeByMessage(engine)
  encodeAnything(engine)
  return engine
}

/** `'now'` is the time of the message, so that the same message renders to the same bytes at any time. */
function tellTimeByMessage(engine: Liquid): void {
  const date = engine.filters.date as (this: unknown, value: unknown, ...rest: unknown[]) => unknown
  engine.registerFilter('date', function (value: unknown, ...rest: unknown[]) {
    const moment = value === 'now' || value === 'today' ? this.context.getSync(['message', 'at']) : value
    return date.call(this, moment, ...rest)
  })
}

/** A half of a surrogate pair in somebody's name must not cost them the message. */
function encodeAnything(engine: Liquid): void {
  const encode = engine.filters.url_encode as (this: unknown, value: unknown) => unknown
  engine.registerFilter('url_encode', function (value: unknown) {
    return encode.call(this, typeof value === 'string' ? value.toWellFormed() : value)
  })
}

export const tagsOf = (escaping: Escaping): string[] => Object.keys(engines[escaping].tags).sort()
export const filtersOf = (escaping: Escaping): string[] => Object.keys(engines[escaping].filters).sort()

/** Parses once; a refusal names `field:line:column`. */
export function parse(source: string, escaping: Escaping, field: string): Parsed | Refusal {
  try {
    return engines[escaping].parse(source)
  } catch (error) {
    return refuse(problemOf(error, { code: 'template.liquid', title: 'The template cannot be read', field }))
  }
}

/** Dotted names of everything outside that the template reads. */
export function variables(parsed: Parsed): string[] {
  return engines.text.globalFullVariablesSync([...parsed])
}

/** `ms`: instead of the usual limit. */
export function render(
  parsed: Parsed,
  scope: object,
  { escaping, field, ms }: { escaping: Escaping; field: string; ms?: number },
): string | Refusal {
  try {
    return engines[escaping].renderSync([...parsed], scope, ms === undefined ? undefined : { renderLimit: ms }) as string
  } catch (error) {
    if (error instanceof Error && error.message.includes('template render limit exceeded')) return refuse(TOO_SLOW)
    // What V8 says of a text of more than 512 MB.
    if (error instanceof RangeError && error.message === 'Invalid string length') return refuse(TOO_LONG)
    return refuse(problemOf(error, { code: 'template.render', title: 'The template cannot be rendered', field }))
  }
}

/** The clock on the wall was asked: the machine may have stood still, so whoever renders tries once more. */
export const TOO_SLOW: Problem = {
  code: 'render_timeout',
  status: 422,
  title: 'The message takes too long to render',
  hint: 'Use fewer loops, and no filters over long texts or lists.',
}
const TOO_LONG: Problem = { code: 'template.too_large', status: 422, title: 'The rendered message is too large', hint: 'Repeat less.' }

interface LiquidFault {
  readonly message: string
  readonly token?: { getPosition(): [line: number, column: number] }
}

/** Faults of the template become problems; anything that is not one of the engine's own is a bug and goes on. */
function problemOf(error: unknown, { code, title, field }: { code: string; title: string; field: string }): Problem {
  if (!(error instanceof Error) || !/^(?:ParseError|RenderError|TokenizationError|UndefinedVariableError|AssertionError)$/.test(error.name))
    throw error
  const { token } = error as unknown as LiquidFault
  const place = token ? `:${token.getPosition().join(':')}` : ''
  return {
    code,
    status: 422,
    title,
    detail: error.message.replace(/, line:\d+, col:\d+$/, ''),
    at: `${field}${place}`,
    hint: 'Mend the tag or filter at this place; the reference page lists those that exist.',
  }
}
