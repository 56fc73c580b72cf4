import { ChangeJourneyMode, DuplicateJourney, JourneyImpact, type JourneyMode } from '#journeys/api.ts'
import { refuse } from '#lib/problem.ts'
import { type Binding, bind } from '#platform/http/actions.ts'
import { ArchiveDocument, PublishDraft } from '#workspaces/documents/api.ts'
import { DAY, started } from './sample-shop.ts'

type Mode = (typeof JourneyMode)['options'][number]

/** The modes of the journeys of the sample shop, and what publishing the cart's draft would do. */
export class SampleLifecycle {
  readonly modes = new Map<string, Mode>()
  readonly published: unknown[] = []
  readonly archived: string[] = []

  readonly modeOf = (id: string): Mode => this.modes.get(id) ?? 'run'

  bindings(): Binding[] {
    return [
      bind(ChangeJourneyMode, async ({ id, mode }) => {
        this.modes.set(id, mode)
        return { mode, revision: 9 }
      }),
      bind(DuplicateJourney, async ({ to }) =>
        to === 'welcome' ? refuse({ code: 'journey.exists', status: 409, title: 'There is a journey of this name already' }) : { id: to },
      ),
      bind(ArchiveDocument, async ({ id }) => {
        this.archived.push(`${id} ${this.modeOf(id)}`)
        return { plan: { changes: [], breaks: [], ok: true, token: 'pl_x' }, revision: 9, published: [] }
      }),
      bind(PublishDraft, async (input) => {
        this.published.push(input)
        return {
          plan: { changes: [], breaks: [], ok: true, token: 'pl_x' },
          revision: 9,
          published: [{ kind: 'journey', id: input.id, version: 4 }],
        }
      }),
      bind(JourneyImpact, async ({ inFlight }) => ({
        token: `im_${inFlight.kind}`,
        hash: 'f'.repeat(64),
        live: 3,
        next: 4,
        at: started,
        people: 1_104,
        groups: [
          {
            version: 3,
            step: 'settle',
            title: 'Wait 1 hour',
            people: 1_000,
            target: inFlight.kind === 'pin' ? null : 'settle',
            looked: 1_000,
            consequences:
              inFlight.kind === 'pin'
                ? [{ kind: 'stays' as const, people: 1_000, to: '', what: '', from: null, until: null }]
                : [
                    { kind: 'waits' as const, people: 900, to: '', what: '', from: started, until: started + DAY },
                    { kind: 'gets' as const, people: 100, to: 'warm-mail', what: 'cart-warm', from: null, until: null },
                  ],
          },
          {
            version: 2,
            step: 'gone',
            title: 'Wait 3 days',
            people: 104,
            target: inFlight.kind === 'migrate' ? (inFlight.map['gone'] ?? null) : null,
            looked: 104,
            consequences: [
              {
                kind: inFlight.kind === 'migrate' ? ('leaves' as const) : ('stays' as const),
                people: 104,
                to: '',
                what: '',
                from: null,
                until: null,
              },
            ],
          },
        ],
        outOfReach: inFlight.kind === 'pin' ? [] : ['early-hello'],
        problems:
          inFlight.kind === 'follow'
            ? [
                {
                  code: 'journey.in_flight.unmapped',
                  status: 422,
                  title: 'People may stand on the step gone, which the new version does not have',
                },
              ]
            : [],
        unmapped: ['gone'],
        places: [{ step: 'settle', title: 'Wait 1 hour' }],
      })),
    ]
  }
}
