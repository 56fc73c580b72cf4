import { useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { ArrowLeft } from 'lucide-react'
import { type FormEvent, useMemo, useState } from 'react'
import { ProviderDocument } from '#channels/provider-document.ts'
import { ListProviderTypes } from '#channels/settings-api.ts'
import { call, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Field } from '#kit/field.tsx'
import type { JsonSchema } from '#kit/form/json-schema.ts'
import { SchemaForm } from '#kit/form/schema-form.tsx'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Card } from '#kit/page.tsx'
import { ErrorView, Loaded } from '#kit/states.tsx'
import { notify } from '#kit/toast.tsx'
import { useWords } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import type { Problem } from '#lib/problem.ts'
import { PublishDraft, SaveDraft } from '#workspaces/documents/api.ts'
import { PutSecret } from '#workspaces/secrets/api.ts'
import { type Stored, useStored } from '../rules/use-document.ts'
import { CHANNEL_FORM } from './channel-form-words.ts'
import { CHANNEL_WORDS } from './channel-words.ts'
import { WarmUpChart } from './warm-up-chart.tsx'

type Type = OutputOf<typeof ListProviderTypes>['types'][number]
type Body = Readonly<Record<string, unknown>>

const ID = /^[a-z0-9][a-z0-9_-]{0,63}$/
const RULES = ProviderDocument.pick({ name: true, mode: true, rate: true, warmUp: true, cost: true, replies: true })
const RULE_NAMES = ['name', 'mode', 'rate', 'warmUp', 'cost', 'replies'] as const
const EMPTY: Body = {}

/** One provider: how it is reached, its secrets, its limits. `id` empty: a new one of this type. */
export function ProviderEditor({ id, type, taken, path }: { id: string; type: string; taken: readonly string[]; path: string }) {
  const say = useWords(CHANNEL_WORDS)
  const types = useRead(ListProviderTypes, {})
  const of = useMemo(() => ({ kind: 'provider', id }), [id])
  const stored = useStored(of)
  return (
    <div className="flex min-w-0 flex-col gap-4">
      <Link plain href={path} className="hit flex w-fit items-center gap-1 text-dense text-ink-2 hover:underline">
        <ArrowLeft size={14} aria-hidden="true" />
        {say.back}
      </Link>
      <Loaded query={types} lines={6}>
        {(data) => (
          <Loaded query={stored} lines={6}>
            {(document) => {
              const named = String(document.body?.['type'] ?? type)
              const found = data.types.find((each) => each.type === named)
              return found ? <Editing key={`${document.live}`} id={id} type={found} stored={document} taken={taken} path={path} /> : null
            }}
          </Loaded>
        )}
      </Loaded>
    </div>
  )
}

interface EditingProps {
  readonly id: string
  readonly type: Type
  readonly stored: Stored
  readonly taken: readonly string[]
  readonly path: string
}

function Editing({ id, type, stored, taken, path }: EditingProps) {
  const say = useWords(CHANNEL_WORDS)
  const router = useRouter()
  const client = useQueryClient()
  const may = useMay('workspace:admin')
  const before: Body = stored.body ?? { channel: type.channel, type: type.type, settings: {}, secrets: {} }
  const [name, setName] = useState(id || (taken.includes(type.type) ? '' : type.type))
  const [settings, setSettings] = useState<unknown>(before['settings'] ?? EMPTY)
  const [rules, setRules] = useState<Body>(() =>
    Object.fromEntries(RULE_NAMES.flatMap((key) => (before[key] === undefined ? [] : [[key, before[key]]]))),
  )
  const [problems, setProblems] = useState<readonly Problem[]>([])
  const [error, setError] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  const [idWrong, setIdWrong] = useState(false)
  const kept = (before['secrets'] ?? EMPTY) as Readonly<Record<string, string>>
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const given = type.secrets
      .map((each) => [each.name, String(form.get(`secret-${each.name}`) ?? '')] as const)
      .filter(([, value]) => value !== '')
    const wrong = !ID.test(name) || (id === '' && taken.includes(name))
    setIdWrong(wrong)
    if (wrong) return
    setBusy(true)
    setError(undefined)
    try {
      const secretName = (secret: string): string => kept[secret] ?? `${name}-${secret.toLowerCase()}`.slice(0, 63)
      const secrets = { ...kept, ...Object.fromEntries(given.map(([secret]) => [secret, secretName(secret)])) }
      const { name: _n, mode: _m, rate: _r, warmUp: _w, cost: _c, replies: _p, ...others } = before
      const body = { ...others, ...rules, kind: 'provider', id: name, settings, secrets }
      const saved = await call(SaveDraft, { kind: 'provider', id: name, body: body as never })
      setProblems(saved.problems)
      if (saved.problems.length > 0) return
      // A secret belongs to the first place that it is used for: it is given before the document that names the place.
      for (const [secret, value] of given) await call(PutSecret, { name: secretName(secret), value })
      await call(PublishDraft, { kind: 'provider', id: name, hash: saved.draft.hash })
      await client.invalidateQueries()
      notify(say.published(name))
      router.history.push(path)
    } catch (failure) {
      setError(failure)
    } finally {
      setBusy(false)
    }
  }
  return (
    <form onSubmit={(event) => void submit(event)} className="flex min-w-0 flex-col gap-4">
      <Card title={id === '' ? say.newTitle(type.does) : id}>
        <div className="flex max-w-[640px] flex-col gap-4">
          <p className="text-ink-2">{say.help[type.type] ?? type.does}</p>
          {!may && <p className="text-dense text-ink-2">{say.readOnly}</p>}
          {id === '' && (
            <Field
              label={say.id}
              hint={say.idHint}
              value={name}
              onChange={(event) => setName(event.target.value)}
              maxLength={64}
              required
              {...(idWrong && { error: say.idWrong })}
            />
          )}
          <h3 className="text-h3">{say.connection}</h3>
          <SchemaForm
            schema={type.settings as JsonSchema}
            value={settings}
            onChange={setSettings}
            problems={problems}
            base="/settings"
            words={CHANNEL_FORM}
            readOnly={!may}
          />
          {type.secrets.length > 0 && may && (
            <fieldset className="flex flex-col gap-4">
              <legend className="mb-1 text-h3 font-semibold">{say.secrets}</legend>
              <p className="text-dense text-ink-2">{say.secretsHint}</p>
              {type.secrets.map((each) => (
                <Field
                  key={each.name}
                  label={each.is}
                  name={`secret-${each.name}`}
                  type="password"
                  autoComplete="new-password"
                  hint={kept[each.name] === undefined ? say.notKept : say.kept(kept[each.name]!)}
                />
              ))}
            </fieldset>
          )}
        </div>
      </Card>
      <Card title={say.rules}>
        <div className="flex max-w-[640px] flex-col gap-4">
          <SchemaForm
            schema={RULES}
            value={rules}
            onChange={(value) => setRules(value as Body)}
            problems={problems}
            words={CHANNEL_FORM}
            readOnly={!may}
          />
          {rules['warmUp'] !== undefined && <WarmUpChart plan={rules['warmUp']} />}
        </div>
      </Card>
      {problems.length > 0 && (
        <div role="alert" className="rounded-input bg-warn-soft px-3 py-2 text-dense text-warn">
          <p className="font-medium">{say.problems(problems.length)}</p>
          <ul>
            {problems.map(({ title, hint, at }) => (
              <li key={`${at} ${title}`} className="wrap-anywhere">
                {title} {hint}
              </li>
            ))}
          </ul>
        </div>
      )}
      {error !== undefined && <ErrorView error={error} />}
      {may && (
        <div className="flex flex-wrap gap-2">
          <Button look="primary" type="submit" busy={busy}>
            {say.publish}
          </Button>
        </div>
      )}
    </form>
  )
}
