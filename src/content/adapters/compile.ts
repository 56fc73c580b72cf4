import type { Outcome } from '#lib/problem.ts'
import type { Template } from '../schema.ts'
import { type CompiledEmail, compileEmail } from './templates.ts'
import { type CompiledText, compileText } from './texts.ts'

export type CompiledTemplate = CompiledEmail | CompiledText

export const compileTemplate = async (template: Template, version: number): Promise<Outcome<CompiledTemplate>> =>
  template.channel === 'email' ? compileEmail(template, version) : compileText(template, version)
