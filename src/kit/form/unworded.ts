import { type JsonSchema, resolved } from './json-schema.ts'
import { type FieldWords, wordsFor } from './labels.ts'
import { shapeOf } from './shape.ts'

/** Every part and option of a schema that the catalogues have no words for: for the tests of those who write forms. */
export function unworded(
  root: JsonSchema,
  catalogues: readonly FieldWords[],
  { name = [], hidden = () => false }: { name?: readonly string[]; hidden?: (path: readonly string[]) => boolean } = {},
): string[] {
  const missing = new Set<string>()
  const seen = new Set<string>()
  const visit = (schema: JsonSchema, path: readonly string[]): void => {
    const here = schema.$ref ? `${schema.$ref}` : ''
    if (here !== '' && seen.has(here)) return
    if (here !== '') seen.add(here)
    const shape = shapeOf(schema, root, path.at(-1))
    const option = (value: string) => {
      if (wordsFor(path, catalogues, `=${value}`) === undefined) missing.add(`${path.join('.')}=${value}`)
    }
    switch (shape.kind) {
      case 'object':
        for (const field of shape.fields) {
          if (resolved(field.schema, root).const !== undefined || hidden([...path, field.name])) continue
          if (wordsFor([...path, field.name], catalogues) === undefined) missing.add([...path, field.name].join('.'))
          visit(field.schema, [...path, field.name])
        }
        return
      case 'list':
        visit(shape.items, path)
        return
      case 'record':
        visit(shape.values, path)
        return
      case 'choice':
        for (const value of shape.values) option(String(value))
        return
      case 'union':
        for (const each of shape.options) {
          option(each.name)
          visit(each.schema, path)
        }
    }
  }
  visit(root, name)
  return [...missing].sort()
}
