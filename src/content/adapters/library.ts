import { LRUCache } from 'lru-cache'
import { type Outcome, refuse } from '#lib/problem.ts'
import type { Template } from '../schema.ts'
import { type CompiledTemplate, compileTemplate } from './compile.ts'

/** Compiled templates by workspace, id and version; a version never changes, so entries never go stale. */
export interface TemplateLibrary {
  compiled(workspace: string, id: string, version: number): Promise<Outcome<CompiledTemplate>>
}

export type LoadTemplate = (workspace: string, id: string, version: number) => Promise<Template | undefined>

export function templateLibrary({ load, max = 500 }: { load: LoadTemplate; max?: number }): TemplateLibrary {
  const cache = new LRUCache<string, Promise<Outcome<CompiledTemplate>>>({ max })
  const make = async (workspace: string, id: string, version: number): Promise<Outcome<CompiledTemplate>> => {
    const template = await load(workspace, id, version)
    if (!template)
      return refuse({ code: 'template.unknown', status: 404, title: 'There is no such template', detail: `${id} version ${version}` })
    return compileTemplate(template, version)
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
