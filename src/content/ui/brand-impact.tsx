import { useRead } from '#kit/api.ts'
import { plural } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { toTemplate } from '#kit/paths.ts'
import { Loaded, Skeleton } from '#kit/states.tsx'
import { useWords, words } from '#kit/words.ts'
import { GetDocument } from '#workspaces/documents/api.ts'
import { type Brand, HOUSE, Brand as Schema } from '../brand.ts'
import { type BrandChange, brandChanges } from '../brand-changes.ts'
import { ListTemplates } from '../list-api.ts'
import { BRAND_WORDS } from './brand-words.ts'

const WORDS = words(
  {
    title: 'Who is affected',
    nobody: 'No template wears this brand yet. Templates made of blocks wear the brand that they name, or the one called “default”.',
    live: (n: number) =>
      `${plural(n, 'live template wears', 'live templates wear')} this brand. What they send keeps the look that was published with them; each takes the new one when it is published again.`,
    drafts: (n: number) => `${plural(n, 'draft wears', 'drafts wear')} it and will be published with the new look.`,
    looks: 'What will look different',
    same: 'Nothing will look different.',
    first: 'It is published for the first time. Until now these templates had the look of the house.',
    none: 'none',
    voice: 'Voice and words',
    social: 'Links in the footer',
    fonts: { heading: 'Type of headings', body: 'Type of texts' },
    logoPart: 'Logo',
    from: 'before',
    to: 'after',
  },
  {
    de: {
      title: 'Wen es betrifft',
      nobody:
        'Noch trägt keine Vorlage diese Marke. Vorlagen aus Bausteinen tragen die Marke, die sie nennen, oder die mit der Kennung „default“.',
      live: (n) =>
        `${plural(n, 'veröffentlichte Vorlage trägt', 'veröffentlichte Vorlagen tragen')} diese Marke. Was sie senden, behält das Aussehen, mit dem sie veröffentlicht wurden; das neue nimmt jede an, wenn sie erneut veröffentlicht wird.`,
      drafts: (n) =>
        n === 1
          ? '1 Entwurf trägt sie und wird mit dem neuen Aussehen veröffentlicht.'
          : `${n} Entwürfe tragen sie und werden mit dem neuen Aussehen veröffentlicht.`,
      looks: 'Was anders aussehen wird',
      same: 'Nichts wird anders aussehen.',
      first: 'Sie wird zum ersten Mal veröffentlicht. Bisher sahen diese Vorlagen aus, wie es das Haus vorgibt.',
      none: 'keines',
      voice: 'Ton und Wortwahl',
      social: 'Links in der Fußzeile',
      fonts: { heading: 'Schrift der Überschriften', body: 'Schrift der Texte' },
      logoPart: 'Logo',
      from: 'vorher',
      to: 'nachher',
    },
  },
)

/** Before a brand is published: which templates wear it, and what will look different. */
export function BrandImpact({ id, live, brand }: { id: string; live: number | null; brand: Brand }) {
  const say = useWords(WORDS)
  const templates = useRead(ListTemplates, {})
  const stored = useRead(GetDocument, { kind: 'brand', id, ...(live !== null && { version: live }) }, { enabled: live !== null })
  const shown = Schema.safeParse(stored.data?.shown?.body)
  const before = shown.success ? shown.data : HOUSE
  return (
    <div className="flex flex-col gap-4">
      <Loaded query={templates} lines={3}>
        {(data) => {
          const wearing = data.templates.filter((each) => each.brand === id)
          const [published, drafts] = [wearing.filter((each) => each.live !== null), wearing.filter((each) => each.live === null)]
          return (
            <section>
              <h3 className="mb-1 font-semibold">{say.title}</h3>
              {wearing.length === 0 && <p className="text-ink-2">{say.nobody}</p>}
              {published.length > 0 && <p className="text-ink-2">{say.live(published.length)}</p>}
              {drafts.length > 0 && <p className="text-ink-2">{say.drafts(drafts.length)}</p>}
              <ul className="mt-1 flex flex-wrap gap-x-4">
                {wearing.map((each) => (
                  <li key={each.id}>
                    <Link href={toTemplate(each.id)}>{each.name || each.id}</Link>
                  </li>
                ))}
              </ul>
            </section>
          )
        }}
      </Loaded>
      <section>
        <h3 className="mb-1 font-semibold">{say.looks}</h3>
        {live === null && <p className="text-ink-2">{say.first}</p>}
        {live !== null && !stored.data ? <Skeleton lines={3} /> : <Looks changes={brandChanges(before, brand)} />}
      </section>
    </div>
  )
}

function Looks({ changes }: { changes: readonly BrandChange[] }) {
  const say = useWords(WORDS)
  const name = useNames()
  if (changes.length === 0) return <p className="text-ink-2">{say.same}</p>
  return (
    <dl className="grid grid-cols-[minmax(0,1fr)_minmax(0,2fr)] gap-x-4 gap-y-1.5 text-dense">
      {changes.map(({ what, from, to }) => (
        <div key={what} className="contents">
          <dt className="text-ink-2">{name(what)}</dt>
          <dd className="flex flex-wrap items-center gap-2">
            {what !== 'voice' && (
              <>
                <Look value={from} label={say.from} />
                <span aria-hidden="true">→</span>
                <Look value={to} label={say.to} />
              </>
            )}
          </dd>
        </div>
      ))}
    </dl>
  )
}

/** What a part is called where it is written. */
function useNames(): (what: string) => string {
  const say = useWords(WORDS)
  const brand = useWords(BRAND_WORDS)
  return (what) => {
    const [group = '', part = ''] = what.split('.')
    if (group === 'colours') return brand.colour[part as keyof typeof brand.colour]
    if (group === 'fonts') return say.fonts[part as keyof typeof say.fonts]
    if (group === 'logo') return say.logoPart
    const plain: Readonly<Record<string, string>> = {
      radius: brand.radius,
      width: brand.width,
      button: brand.button,
      voice: say.voice,
      'footer.text': brand.footerText,
      'footer.social': say.social,
    }
    return plain[what] ?? what
  }
}

/** A value, with its colour where it is one. */
function Look({ value, label }: { value: string; label: string }) {
  const say = useWords(WORDS)
  return (
    <span className="inline-flex min-w-0 items-center gap-1.5">
      <span className="sr-only">{label}</span>
      {/^#[0-9a-f]{3,8}$/i.test(value) && (
        <svg width="14" height="14" aria-hidden="true" className="shrink-0 rounded-pill border border-line">
          <rect width="14" height="14" fill={value} />
        </svg>
      )}
      <span className="wrap-anywhere">{value === '' ? say.none : value}</span>
    </span>
  )
}
