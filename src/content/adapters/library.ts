import { LRUCache } from 'lru-cache'
import { type Outcome, refuse } from '#lib/problem.ts'
import type { Template } from '../schema.ts'
import { NO_PARTS, type TemplateParts } from '../snippets.ts'
import { type CompiledTemplate, compileTemplate } from './compile.ts'

/** Compiled templates by workspace, id and version; a version never changes, so entries never go stale. */
export interface TemplateLibrary {
  compiled(workspace: string, id: string, version: number): Promise<Outcome<CompiledTemplate>>
}

export type LoadTemplate = (workspace: string, id: string, version: number) => Promise<Template | undefined>

/** The brand and the snippets that a version was published with. */
export type LoadParts = (workspace: string, template: Template, version: number) => Promise<TemplateParts>

interface LibraryOptions {
  readonly load: LoadTemplate
  /** Left out: there are none. */
  readonly parts?: LoadParts
  readonly max?: number
}

export function templateLibrary({ load, parts = async () => NO_PARTS, max = 500 }: LibraryOptions): TemplateLibrary {
  const cache = new LRUCache<string, Promise<Outcome<CompiledTemplate>>>({ max })
  const make = async (workspace: string, id: string, version: number): Promise<Outcome<CompiledTemplate>> => {
    const template = await load(workspace, id, version)
    if (!template)
      return refuse({ code: 'template.unknown', status: 404, title: 'There is no such template', detail: `${id} version ${version}` })
    return compileTemplate(template, version, await parts(workspace, template, version))
  }
  return {
    compiled(workspace, id, version) {
      const key = JSON.stringify([workspace, id, version])
      const known = cache.get(key)
      if (known) return known
      const fresh = make(workspace, id, version)
      cache.set(key, fresh)
      // A failed load (not a refusal) must not stay.
      fresh.then(
        (outcome) => 'refused' in outcome && outcome.refused.code === 'template.unknown' && cache.delete(key),
        () => cache.delete(key),
      )
      return fresh
    },
  }
}
