import { z } from 'zod'
import type { Model } from '../schema.ts'

/** Kinds of business for which there are models to begin with. */
export const Industry = z.enum(['shop', 'saas', 'bank'])
export type Industry = z.output<typeof Industry>

/** A model as its author would write it: what is left out takes its default. */
export type WrittenModel = z.input<typeof Model> & { readonly id: string }

/** A place where the document names an event, with what a workspace may call it otherwise. */
export interface Preset {
  readonly industry: Industry
  readonly name: string
  /** What it is for, in a sentence. */
  readonly about: string
  readonly documents: readonly WrittenModel[]
}
