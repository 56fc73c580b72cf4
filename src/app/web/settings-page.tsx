import { getRouteApi, useRouter } from '@tanstack/react-router'
import { Lock } from 'lucide-react'
import { Suspense } from 'react'
import { ButtonLink } from '#kit/button.tsx'
import { SearchField } from '#kit/field.tsx'
import { Link } from '#kit/link.tsx'
import { useMay, useMe } from '#kit/me.ts'
import { Page } from '#kit/page.tsx'
import { DOCUMENTS, SETTINGS } from '#kit/paths.ts'
import { Empty, NoResults, Skeleton } from '#kit/states.tsx'
import { useLanguage, useWords, words } from '#kit/words.ts'
import { NoSuchPart } from './not-found.tsx'
import { useQueryText, withView } from './rules/use-view.ts'
import { GROUPS, SETTINGS_PARTS, type SettingsGroup, type SettingsPart, toSettings } from './settings-parts.ts'
import { isSought } from './settings-search.ts'

const WORDS = words(
  {
    settings: 'Settings',
    search: 'Search the settings',
    documents: 'All documents',
    lead: 'How this workspace is set up, who works in it, and what may leave it.',
    notYours: 'This part is not yours to change',
    ask: (permission: string) =>
      `It needs the permission ${permission}. An administrator of the workspace can give you a role that holds it.`,
  },
  {
    de: {
      settings: 'Einstellungen',
      search: 'Einstellungen durchsuchen',
      documents: 'Alle Dokumente',
      lead: 'Wie dieser Arbeitsbereich eingerichtet ist, wer darin arbeitet und was ihn verlassen darf.',
      notYours: 'Diesen Teil dürfen Sie nicht ändern',
      ask: (permission) =>
        `Dafür braucht es die Berechtigung ${permission}. Wer den Arbeitsbereich verwaltet, kann Ihnen eine Rolle geben, die sie hat.`,
    },
  },
)

const route = getRouteApi('/inside/settings/$part')

/** The parts that the reader may open, by group. */
function useGroups(typed = ''): readonly (readonly [SettingsGroup, readonly SettingsPart[]])[] {
  const { permissions } = useMe()
  const open = SETTINGS_PARTS.filter((each) => (each.needs === undefined || permissions.includes(each.needs)) && isSought(each, typed))
  return (Object.keys(GROUPS.en) as SettingsGroup[])
    .map((group) => [group, open.filter((each) => each.group === group)] as const)
    .filter(([, parts]) => parts.length > 0)
}

/** What can be set, with a sentence on each. */
export function SettingsIndex() {
  const say = useWords(WORDS)
  const groups = useWords(GROUPS)
  const language = useLanguage()
  const router = useRouter()
  const { q = '' } = useQueryText()
  const search = (text: string) => router.history.replace(withView(SETTINGS, { q: text }))
  const found = useGroups(q)
  const mayRead = useMay('documents:read')
  return (
    <Page title={say.settings} lead={say.lead} actions={mayRead && <ButtonLink href={DOCUMENTS}>{say.documents}</ButtonLink>}>
      <div className="flex flex-col gap-8">
        <SearchField label={say.search} value={q} onSearch={search} />
        {found.length === 0 && <NoResults of={`“${q}”`} clear={() => search('')} />}
        {found.map(([group, parts]) => (
          <section key={group} aria-labelledby={`settings-${group}`}>
            <h2 id={`settings-${group}`} className="mb-3 text-h3">
              {groups[group]}
            </h2>
            <ul className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,260px),1fr))] gap-3">
              {parts.map((each) => (
                <li key={each.part} className="relative rounded-card border border-line bg-surface p-4 hover:border-line-strong">
                  <Link
                    plain
                    href={toSettings(each.part)}
                    className="font-medium after:absolute after:inset-0 after:rounded-card hover:underline"
                  >
                    {each.words[language].name}
                  </Link>
                  <p className="mt-1 text-dense text-pretty text-ink-2">{each.words[language].about}</p>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </Page>
  )
}

/** One part, beside the list of all. */
export function SettingsPage() {
  const { part } = route.useParams()
  const say = useWords(WORDS)
  const language = useLanguage()
  const { permissions } = useMe()
  const shown = SETTINGS_PARTS.find((each) => each.part === part)
  if (!shown) return <NoSuchPart up={{ label: say.settings, href: SETTINGS }} />
  const { Screen, needs } = shown
  return (
    <Page title={shown.words[language].name} up={{ label: say.settings, href: SETTINGS }} lead={shown.words[language].about}>
      <div className="gap-8 lg:grid lg:grid-cols-[176px_minmax(0,1fr)]">
        <Contents current={part} />
        <div className="min-w-0">
          {needs === undefined || permissions.includes(needs) ? (
            <Suspense fallback={<Skeleton lines={6} />}>
              <Screen />
            </Suspense>
          ) : (
            <Empty icon={<Lock size={20} aria-hidden="true" />} title={say.notYours}>
              {say.ask(needs)}
            </Empty>
          )}
        </div>
      </div>
    </Page>
  )
}

function Contents({ current }: { current: string }) {
  const say = useWords(WORDS)
  const groups = useWords(GROUPS)
  const language = useLanguage()
  return (
    <nav aria-label={say.settings} className="max-lg:hidden">
      {useGroups().map(([group, parts]) => (
        <div key={group} className="mb-4">
          <p className="mb-1 px-2 text-meta text-ink-3">{groups[group]}</p>
          {parts.map((each) => (
            <Link
              key={each.part}
              plain
              href={toSettings(each.part)}
              aria-current={each.part === current ? 'page' : undefined}
              className="flex min-h-8 items-center rounded-button px-2 py-1 text-dense text-ink-2 hover:bg-sunken hover:text-ink aria-[current]:bg-sunken aria-[current]:font-medium aria-[current]:text-ink"
            >
              {each.words[language].name}
            </Link>
          ))}
        </div>
      ))}
    </nav>
  )
}
