import type { Language } from './language.ts'
import { GERMAN_APP } from './said/app-german.ts'
import { GERMAN_CHECKS } from './said/checks-german.ts'
import { GERMAN_COLUMNS } from './said/columns-german.ts'
import { GERMAN_CONDITIONS } from './said/conditions-german.ts'
import { GERMAN_CONTENT } from './said/content-german.ts'
import { GERMAN_DECISIONS } from './said/decisions-german.ts'
import { GERMAN_EDITING } from './said/editing-german.ts'
import { GERMAN_EXPERIMENTS } from './said/experiments-german.ts'
import { GERMAN_FEATURES } from './said/features-german.ts'
import { GERMAN_FIGURES } from './said/figures-german.ts'
import { GERMAN_FORMS } from './said/forms-german.ts'
import { GERMAN_HTTP } from './said/http-german.ts'
import { GERMAN_MEASUREMENT } from './said/measurement-german.ts'
import { GERMAN_MONEY } from './said/money-german.ts'
import { GERMAN_NAMED } from './said/named-german.ts'
import { ownNameInGerman } from './said/own-names-german.ts'
import { GERMAN_PACKS } from './said/packs-german.ts'
import { GERMAN_PARTS } from './said/parts-german.ts'
import { GERMAN_PROOF } from './said/proof-german.ts'
import { GERMAN_PROVIDERS } from './said/providers-german.ts'
import { GERMAN_RELEASES } from './said/releases-german.ts'
import { GERMAN_REPORTS } from './said/reports-german.ts'
import { GERMAN_SCHEMAS } from './said/schemas-german.ts'
import { GERMAN_VALUE } from './said/value-german.ts'
import { GERMAN_WORK } from './said/work-german.ts'
import { GERMAN_WORKSPACES } from './said/workspaces-german.ts'
import { type Sayings, type Telling, tellingBy } from './telling.ts'

export const GERMAN_SAYINGS: Sayings = {
  ...GERMAN_REPORTS,
  ...GERMAN_EXPERIMENTS,
  ...GERMAN_MONEY,
  ...GERMAN_VALUE,
  ...GERMAN_MEASUREMENT,
  ...GERMAN_DECISIONS,
  ...GERMAN_RELEASES,
  ...GERMAN_CHECKS,
  ...GERMAN_CONDITIONS,
  ...GERMAN_EDITING,
  ...GERMAN_CONTENT,
  ...GERMAN_WORK,
  ...GERMAN_WORKSPACES,
  ...GERMAN_APP,
  ...GERMAN_PROOF,
  ...GERMAN_SCHEMAS,
  ...GERMAN_HTTP,
}

const WORDS: Sayings = { ...GERMAN_PARTS, ...GERMAN_FEATURES, ...GERMAN_FIGURES }

/** Tells by the catalogue and by these sentences besides. */
export const telling = (more: Sayings = {}): Telling =>
  tellingBy(
    {
      ...GERMAN_COLUMNS,
      ...GERMAN_FEATURES,
      ...GERMAN_FORMS,
      ...GERMAN_NAMED,
      ...GERMAN_PACKS,
      ...GERMAN_PROVIDERS,
      ...GERMAN_SAYINGS,
      ...more,
    },
    WORDS,
  )

const german = telling()
/** A name that Cadenza gives by itself, in the reader's language; every other stays. */
export const ownNameIn = (name: string, language: Language): string => (language === 'en' ? name : (ownNameInGerman(name) ?? name))

/** A text in the reader's language. */
export const saidIn = (text: string, language: Language): string | undefined => (language === 'en' ? undefined : german(text))
