import { useState } from 'react'
import type { Block } from '#content/blocks.ts'
import { type Brand, contrast, HOUSE, LEAST_CONTRAST, Brand as Schema } from '#content/brand.ts'
import { Chip } from '#kit/chip.tsx'
import { Card } from '#kit/page.tsx'
import { toContent } from '#kit/paths.ts'
import { useWords } from '#kit/words.ts'
import type { Json } from '#lib/json.ts'
import { brandLook } from './block-canvas.tsx'
import { BlockView } from './block-view.tsx'
import { BrandImpact } from './brand-impact.tsx'
import { BRAND_WORDS } from './brand-words.ts'
import { CanvasProvider } from './canvas-context.ts'
import type { Draft } from './draft.ts'
import { DraftPage } from './draft-page.tsx'
import { Area, Choose, Line } from './fields.tsx'
import { HistoryCard } from './history.tsx'
import { type Body, textOf } from './message-fields.tsx'
import { Problems } from './problems.tsx'

/** Colours, type, logo, footer and voice, beside a mail that wears them. */
export function BrandPage({ id }: { id: string }) {
  const say = useWords(BRAND_WORDS)
  return (
    <DraftPage
      kind="brand"
      id={id}
      up={{ label: say.brands, href: toContent('brands') }}
      impact={({ stored, body }) => <BrandImpact id={id} live={stored.live} brand={brandOf(body)} />}
    >
      {({ draft, state, stored, body, mayEdit }) => (
        <div className="grid items-start gap-5 lg:grid-cols-2">
          <fieldset disabled={!mayEdit} className="flex min-w-0 flex-col gap-5">
            <BrandForm draft={draft} body={body} brand={brandOf(body)} />
            {state.problems.length > 0 && <Problems problems={state.problems} />}
          </fieldset>
          <div className="flex min-w-0 flex-col gap-5 lg:sticky lg:top-4">
            <Sample brand={brandOf(body)} />
            <HistoryCard stored={stored} draft={draft} mayEdit={mayEdit} />
          </div>
        </div>
      )}
    </DraftPage>
  )
}

/** As far as it can be read; else what the house has. */
function brandOf(body: Body): Brand {
  const read = Schema.safeParse(body)
  return read.success ? read.data : HOUSE
}

const PAIRS = [
  ['text', 'surface'],
  ['muted', 'background'],
  ['link', 'surface'],
  ['onPrimary', 'primary'],
] as const
type Colour = keyof Brand['colours']
const COLOURS: readonly Colour[] = ['background', 'surface', 'text', 'muted', 'link', 'primary', 'onPrimary', 'line']

function BrandForm({ draft, body, brand }: { draft: Draft; body: Body; brand: Brand }) {
  const say = useWords(BRAND_WORDS)
  const set = (at: string, value: Json | undefined) => draft.edit([{ kind: 'set', at, value }], `type:${at}`)
  const inside = (part: string, name: string): string => textOf(((body[part] ?? {}) as Body)[name])
  const logo = body['logo'] as Body | undefined
  const voice = (body['voice'] ?? {}) as Body
  return (
    <>
      <Card title={say.colours}>
        <div className="grid grid-cols-[repeat(auto-fill,minmax(200px,1fr))] gap-3">
          {COLOURS.map((colour) => (
            <ColourField
              key={colour}
              label={say.colour[colour]}
              value={inside('colours', colour) || brand.colours[colour]}
              onChange={(value) => set(`/colours/${colour}`, value)}
            />
          ))}
        </div>
        <ul className="mt-4 flex flex-col gap-1.5 text-dense">
          {PAIRS.map(([ink, paper]) => {
            const ratio = contrast(brand.colours[ink], brand.colours[paper])
            return (
              <li key={ink} className="flex flex-wrap items-center gap-2">
                <Chip tone={ratio >= LEAST_CONTRAST ? 'ok' : 'bad'}>{`${ratio.toFixed(1)} : 1`}</Chip>
                {say.on(say.colour[ink], say.colour[paper])}
                {ratio < LEAST_CONTRAST && <span className="text-bad">{say.tooLittle}</span>}
              </li>
            )
          })}
        </ul>
      </Card>
      <Card title={say.type}>
        <div className="flex flex-col gap-3">
          <Line
            label={say.heading}
            value={inside('fonts', 'heading')}
            hint={say.fontHint}
            onChange={(value) => set('/fonts/heading', value || undefined)}
          />
          <Line label={say.bodyFont} value={inside('fonts', 'body')} onChange={(value) => set('/fonts/body', value || undefined)} />
          <Line label={say.radius} type="number" value={String(brand.radius)} onChange={(value) => set('/radius', Number(value))} />
          <Line
            label={say.width}
            type="number"
            value={String(body['width'] ?? brand.width)}
            onChange={(value) => set('/width', Number(value))}
          />
          <Choose
            label={say.button}
            value={brand.button}
            choices={[
              { value: 'filled', label: say.filled },
              { value: 'outline', label: say.outline },
            ]}
            onChange={(value) => set('/button', value)}
          />
        </div>
      </Card>
      <Card title={say.logo}>
        <div className="flex flex-col gap-3">
          <Line
            label={say.logoSrc}
            value={textOf(logo?.['src'])}
            hint={say.logoHint}
            onChange={(value) =>
              set('/logo', value === '' ? undefined : ({ ...logo, src: value, alt: textOf(logo?.['alt']) || say.logoAltOwn } as Json))
            }
          />
          {logo && <Line label={say.logoAlt} value={textOf(logo['alt'])} onChange={(value) => set('/logo/alt', value)} />}
          {logo && <Line label={say.logoHref} value={textOf(logo['href'])} onChange={(value) => set('/logo/href', value || undefined)} />}
        </div>
      </Card>
      <Card title={say.footer}>
        <Area
          label={say.footerText}
          value={inside('footer', 'text')}
          hint={say.footerHint}
          onChange={(value) => set('/footer/text', value || undefined)}
        />
      </Card>
      <Card title={say.voice}>
        <div className="flex flex-col gap-3">
          <Area
            label={say.notes}
            value={textOf(voice['notes'])}
            hint={say.notesHint}
            onChange={(value) => set('/voice/notes', value || undefined)}
          />
          <LinesField
            label={say.banned}
            hint={say.bannedHint}
            value={((voice['banned'] ?? []) as string[]).join('\n')}
            onLines={(lines) => set('/voice/banned', lines)}
          />
          <LinesField
            label={say.preferred}
            hint={say.preferredHint}
            value={Object.entries((voice['preferred'] ?? {}) as Record<string, string>)
              .map(([word, better]) => `${word} = ${better}`)
              .join('\n')}
            onLines={(lines) =>
              set(
                '/voice/preferred',
                Object.fromEntries(
                  lines.map((line) => line.split('=').map((part) => part.trim())).filter(([word, better]) => word && better),
                ),
              )
            }
          />
        </div>
      </Card>
    </>
  )
}

/** One thing a line; what is written stays as it is while one writes. */
function LinesField({ label, hint, value, onLines }: { label: string; hint: string; value: string; onLines: (lines: string[]) => void }) {
  const [text, setText] = useState(value)
  return (
    <Area
      label={label}
      hint={hint}
      value={text}
      onChange={(next) => {
        setText(next)
        onLines(
          next
            .split('\n')
            .map((line) => line.trim())
            .filter((line) => line !== ''),
        )
      }}
    />
  )
}

function ColourField({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  const say = useWords(BRAND_WORDS)
  return (
    <div className="flex items-end gap-2">
      <input
        type="color"
        aria-label={say.pick(label)}
        value={/^#[0-9a-f]{6}$/i.test(value) ? value : '#000000'}
        onChange={(event) => onChange(event.target.value)}
        className="h-9 w-10 shrink-0 rounded-input border border-line-strong bg-surface p-0.5"
      />
      <div className="min-w-0 flex-1">
        <Line label={label} value={value} onChange={onChange} />
      </div>
    </div>
  )
}

type Leaf = Exclude<Block, { kind: 'columns' | 'conditional' | 'slot' }>
const nothing = () => undefined

/** A mail in the brand as it is being written. */
function Sample({ brand }: { brand: Brand }) {
  const say = useWords(BRAND_WORDS)
  const blocks: readonly Leaf[] = [
    { kind: 'heading', text: say.sampleHeading, level: 1 },
    { kind: 'text', text: say.sampleText, size: 'normal' },
    { kind: 'button', text: say.sampleButton, href: '#', style: brand.button === 'outline' ? 'secondary' : 'primary' },
    { kind: 'coupon', code: 'HELLO', label: say.sampleCode },
  ]
  const parts = {
    root: '',
    selected: undefined,
    dragging: undefined,
    mayEdit: false,
    brand,
    names: [],
    snippetNames: {},
    slotNames: [],
    select: nothing,
    drag: nothing,
    set: nothing,
    add: nothing,
    move: nothing,
    drop: nothing,
    duplicate: nothing,
    remove: nothing,
  }
  return (
    <section aria-label={say.sample} className="overflow-hidden rounded-card border border-line">
      <CanvasProvider value={parts}>
        <div style={brandLook(brand)} className="bg-(--mail-background) p-4 text-(--mail-text)">
          <div className="mx-auto flex flex-col gap-4 bg-(--mail-surface) p-6" style={{ maxWidth: brand.width }}>
            {brand.logo && <p className="text-[13px] text-(--mail-muted)">{brand.logo.alt}</p>}
            {blocks.map((block) => (
              <BlockView key={block.kind} block={block} />
            ))}
          </div>
          {brand.footer.text && (
            <p className="mx-auto mt-3 px-6 text-[13px] text-(--mail-muted)" style={{ maxWidth: brand.width }}>
              {brand.footer.text}
            </p>
          )}
        </div>
      </CanvasProvider>
    </section>
  )
}
