import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ListGallery } from '#journeys/gallery-api.ts'
import { Journey } from '#journeys/schema.ts'
import type { OutputOf } from '#lib/action.ts'
import type { JsonObject } from '#lib/json.ts'
import { type Language, languageAsked } from '#lib/language.ts'
import { type Binding, bind } from '#platform/http/actions.ts'
import { readAuthoredFile } from './authored-files.ts'
import { GERMAN_GALLERY } from './gallery-german.ts'

const FOLDER = join(import.meta.dirname, '../../examples/gallery')
/** Industries in the order in which they are shown. */
export const GROUPS = ['shop', 'saas', 'bank'] as const

type Gallery = OutputOf<typeof ListGallery>['templates']

/** Journeys to begin with, one file each. */
export function readGallery(folder = FOLDER): Gallery {
  return GROUPS.flatMap((group) =>
    readdirSync(join(folder, group))
      .filter((file) => file.endsWith('.yaml'))
      .sort()
      .map((file) => {
        const { documents, problems } = readAuthoredFile(join(folder, group), file)
        const first = documents.find(({ kind }) => kind === 'journey')
        if (problems.length > 0 || !first) throw new Error(`${group}/${file}: ${problems[0]?.title ?? 'there is no journey in it'}`)
        return {
          id: first.id,
          group,
          journey: Journey.parse(first.body),
          documents: [first, ...documents.filter((each) => each !== first)].map(({ kind, id, body }) => ({
            kind,
            id,
            body: body as never,
          })),
        }
      }),
  )
}

let read: Gallery | undefined

/** They come with the program and do not change while it runs. */
export const galleryBindings = (): Binding[] => [
  bind(ListGallery, async (_input, _principal, call) => {
    read ??= readGallery()
    return { templates: galleryIn(read, languageAsked(call.headers['accept-language'])) }
  }),
]

/** The same journeys under the names of the language: whoever begins with one goes on in it. */
export const galleryIn = (gallery: Gallery, language: Language): Gallery => (language === 'en' ? gallery : gallery.map(inGerman))

function inGerman(template: Gallery[number]): Gallery[number] {
  const [name, description] = GERMAN_GALLERY[template.id] ?? []
  if (name === undefined || description === undefined) return template
  const documents = template.documents.map((each) =>
    each.kind === 'journey' && each.id === template.id
      ? { ...each, body: { ...(each.body as JsonObject), name, description } as never }
      : each,
  )
  return { ...template, journey: { ...template.journey, name, description }, documents }
}
