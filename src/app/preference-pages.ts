import { escaped, frame, masked } from './link-pages.ts'
import { filled, LANGUAGES, type Language, WORDS } from './preference-words.ts'

/** One topic as the page shows it; its texts are the workspace's own. */
export interface ShownTopic {
  readonly id: string
  /** Language of the texts, which may differ from the page's. */
  readonly lang: string
  readonly name: string
  readonly description: string
  readonly channels: readonly { readonly channel: string; readonly on: boolean; readonly state: 'plain' | 'pending' | 'expired' }[]
}

export interface PreferencesView {
  readonly language: Language
  readonly address: string
  readonly topics: readonly ShownTopic[]
  readonly blocked: boolean
  /** Epoch ms; null: no pause. */
  readonly pausedUntil: number | null
  readonly zone: string
  readonly done: 'saved' | 'none' | 'paused' | 'resumed' | null
}

/** Days that a pause may last. */
export const PAUSES = [30, 60, 90] as const

const STYLE = `main{max-width:38rem}body{place-items:start center}form{margin:0 0 24px;padding:0 0 24px;border-bottom:1px solid var(--border)}form:last-of-type{border:0;margin:0;padding:0}
fieldset{margin:0 0 16px;padding:12px 16px;border:1px solid var(--border);border-radius:6px}legend{padding:0 6px;font-weight:600}fieldset p{margin:0 0 8px}
label.row{display:flex;align-items:center;gap:12px;min-height:44px}input[type=checkbox]{width:24px;height:24px;margin:0;accent-color:var(--focus)}
h2{margin:0 0 8px;font-size:18px;line-height:26px}select{min-height:44px;padding:8px 12px;border:1px solid var(--border);border-radius:6px;background:var(--surface);color:var(--text);font:inherit}
.line{display:flex;flex-wrap:wrap;gap:12px;align-items:end}.line label{display:grid;gap:4px}.said{padding:12px 16px;border:2px solid var(--focus);border-radius:6px;color:var(--text)}
select:focus-visible,input:focus-visible{outline:3px solid var(--focus);outline-offset:2px}small{display:block;color:var(--soft);font-size:14px}.who{overflow-wrap:anywhere}`

const page = (title: string, body: string, lang: Language): string => frame(escaped(title), body, { lang, style: STYLE })

/** The whole preference centre: forms only, no script. */
export function preferencesPage(view: PreferencesView): string {
  const words = WORDS[view.language]
  const parts = [
    `<h1>${escaped(words.title)}</h1>`,
    `<p class="who">${filled(escaped(words.forWhom), { address: `<bdi>${masked(view.address)}</bdi>` })}</p>`,
    said(view),
    view.blocked ? `<p class="said">${escaped(words.blocked)}</p>` : '',
    topicsForm(view),
    pauseForm(view),
    `<form method="post" action="?lang=${view.language}"><p>${escaped(words.noneHelp)}</p><button class="second" type="submit" name="do" value="none">${escaped(words.none)}</button></form>`,
    languageForm(view),
  ]
  return page(words.title, parts.join(''), view.language)
}

function said({ done, language, pausedUntil, zone }: PreferencesView): string {
  if (done === null) return ''
  const words = WORDS[language]
  const text = {
    saved: words.saved,
    none: words.noneDone,
    paused: pausedText(words.paused, { pausedUntil, language, zone }),
    resumed: words.resumed,
  }[done]
  return `<p class="said" role="status">${escaped(text)}</p>`
}

const pausedText = (text: string, { pausedUntil, language, zone }: Pick<PreferencesView, 'pausedUntil' | 'language' | 'zone'>): string =>
  filled(text, {
    date: Temporal.Instant.fromEpochMilliseconds(pausedUntil ?? 0)
      .toZonedDateTimeISO(zone)
      .toPlainDate()
      .toLocaleString(language, { dateStyle: 'long' }),
  })

function topicsForm({ topics, language }: PreferencesView): string {
  const words = WORDS[language]
  if (topics.length === 0) return `<p>${escaped(words.noTopics)}</p>`
  const sets = topics.map(({ id, lang, name, description, channels }) => {
    const about = description === '' ? '' : `<p lang="${escaped(lang)}" dir="auto">${escaped(description)}</p>`
    const rows = channels.map(({ channel, on, state }) => {
      const value = escaped(`${channel}:${id}`)
      const note = state === 'plain' ? '' : `<small id="n-${value}">${escaped(state === 'pending' ? words.pending : words.expired)}</small>`
      const described = state === 'plain' ? '' : ` aria-describedby="n-${value}"`
      return `<input type="hidden" name="shown" value="${value}"><label class="row"><input type="checkbox" name="on" value="${value}"${on ? ' checked' : ''}${described}> ${escaped(words.channels[channel] ?? channel)}</label>${note}`
    })
    return `<fieldset><legend lang="${escaped(lang)}" dir="auto">${escaped(name)}</legend>${about}${rows.join('')}</fieldset>`
  })
  return `<form method="post" action="?lang=${language}"><p>${escaped(words.intro)}</p>${sets.join('')}<button type="submit" name="do" value="save">${escaped(words.save)}</button></form>`
}

function pauseForm(view: PreferencesView): string {
  const { language, pausedUntil } = view
  const words = WORDS[language]
  const head = `<form method="post" action="?lang=${language}"><h2>${escaped(words.pauseTitle)}</h2>`
  if (pausedUntil !== null)
    return `${head}<p>${escaped(pausedText(words.paused, view))}</p><button class="second" type="submit" name="do" value="resume">${escaped(words.resume)}</button></form>`
  const options = PAUSES.map((n) => `<option value="${n}">${escaped(filled(words.days, { n: String(n) }))}</option>`).join('')
  return `${head}<p>${escaped(words.pauseHelp)}</p><div class="line"><label>${escaped(words.pauseFor)}<select name="days">${options}</select></label><button class="second" type="submit" name="do" value="pause">${escaped(words.pause)}</button></div></form>`
}

function languageForm({ language }: PreferencesView): string {
  const words = WORDS[language]
  const options = Object.entries(LANGUAGES).map(
    ([code, name]) => `<option value="${code}" lang="${code}"${code === language ? ' selected' : ''}>${name}</option>`,
  )
  return `<form method="post" action="?lang=${language}"><div class="line"><label>${escaped(words.language)}<select name="language">${options.join('')}</select></label><button class="second" type="submit" name="do" value="language">${escaped(words.change)}</button></div></form>`
}

interface Confirming {
  readonly language: Language
  readonly address: string
  /** Name of the topic. */
  readonly topic: string
}

const places = ({ topic, address }: Confirming) => ({
  topic: `<span dir="auto">${escaped(topic)}</span>`,
  address: `<bdi>${masked(address)}</bdi>`,
})

/** What a person sees who follows the link of a double opt-in; only its button changes anything. */
export const confirmPages = {
  ask: (about: Confirming): string => {
    const words = WORDS[about.language]
    return page(
      words.confirmTitle,
      `<h1>${escaped(words.confirmTitle)}</h1><p>${filled(escaped(words.confirmAsk), places(about))}</p><form method="post" action="?lang=${about.language}"><button type="submit">${escaped(words.confirm)}</button></form>`,
      about.language,
    )
  },
  done: (about: Confirming & { readonly preferences: string }): string => {
    const words = WORDS[about.language]
    return page(
      words.confirmedTitle,
      `<h1>${escaped(words.confirmedTitle)}</h1><p role="status">${filled(escaped(words.confirmed), places(about))}</p><p><a href="${escaped(about.preferences)}">${escaped(words.inAll)}</a></p>`,
      about.language,
    )
  },
  late: (language: Language): string => plain(language, 'lateTitle', 'late'),
  lost: (language: Language): string => plain(language, 'lostTitle', 'lost'),
}

function plain(language: Language, title: 'lateTitle' | 'lostTitle', text: 'late' | 'lost'): string {
  const words = WORDS[language]
  return page(words[title], `<h1>${escaped(words[title])}</h1><p>${escaped(words[text])}</p>`, language)
}
