import type { JourneyLibrary } from '../check.ts'
import type { JourneyBody, StepBody, StepKind } from './body.ts'
import { slugOf } from './ids.ts'

/** A document of this kind (and channel or type), the first by id; else a name that says that one has to be chosen. */
function firstOf(library: JourneyLibrary, kind: string, fits: (body: Record<string, unknown>) => boolean = () => true): string {
  const found = [...library.ids(kind)].sort().find((id) => {
    const body = library.get?.(kind, id) as Record<string, unknown> | undefined
    return body === undefined || fits(body)
  })
  return found ?? TO_CHOOSE
}

/** Stands where a document is to be chosen: the check says that there is none of this name. */
export const TO_CHOOSE = 'to-be-chosen'

/** A new step of this kind that fits the schema, with what is likely; `id` is '' and made when it is inserted. */
export function blankStep(kind: StepKind, library: JourneyLibrary): StepBody {
  return { kind, id: '', ...blankFields(kind, library) } as StepBody
}

function blankFields(kind: StepKind, library: JourneyLibrary): object {
  switch (kind) {
    case 'email':
    case 'sms':
    case 'push':
    case 'inapp':
    case 'whatsapp':
    case 'slack':
      return { template: firstOf(library, 'template', (body) => (body['channel'] ?? 'email') === kind), otherwise: [] }
    case 'message':
      return {
        ways: [{ email: { template: firstOf(library, 'template', (body) => (body['channel'] ?? 'email') === 'email') } }],
        otherwise: [],
      }
    case 'webhook':
      return { url: 'https://example.com/hook', otherwise: [] }
    case 'call':
      return { url: 'https://example.com/answer', save: 'answer', otherwise: [] }
    case 'notify':
      return { text: '{{ profile.name }}' }
    case 'wait':
      return { for: '1d' }
    case 'waitFor':
      return { event: 'message.opened', upTo: '1d', then: [], otherwise: [] }
    case 'branch':
      return { branches: [{ id: 'yes', when: 'profile.plan == "pro"', steps: [] }], otherwise: [] }
    case 'split':
      return {
        arms: [
          { id: 'a', percent: 50, steps: [] },
          { id: 'b', percent: 50, steps: [] },
        ],
      }
    case 'choose':
      return {
        by: { model: firstOf(library, 'model', ({ type }) => type === undefined || type === 'choice') },
        options: [
          { id: 'first', steps: [] },
          { id: 'second', steps: [] },
        ],
        fallback: [],
      }
    case 'repeat':
      return { times: 3, steps: [] }
    case 'hold':
      return { upTo: '3d', then: [], otherwise: [] }
    case 'update':
      return { set: { seen: true } }
    case 'start':
    case 'stop':
      return { journey: firstOf(library, 'journey') }
    case 'exit':
      return {}
  }
}

/** A journey with nothing in it but what every journey needs: a way in, and what it is for. */
export const blankJourney = (name: string, taken: readonly string[]): JourneyBody => {
  const base = slugOf(name).replaceAll('_', '-') || 'journey'
  let id = base
  for (let n = 2; taken.includes(id); n++) id = `${base}-${n}`
  return {
    kind: 'journey',
    id,
    name,
    goal: { event: 'Order Completed', within: '7d' },
    entry: { event: 'Signed Up' },
    steps: [],
  } as JourneyBody
}
