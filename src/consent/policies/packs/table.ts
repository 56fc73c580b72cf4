import { NEEDS_COUNSEL } from './pack.ts'
import { PACKS, policiesOf } from './registry.ts'

/** The rules of all packs as Markdown, for the guide. */
export const packTable = (): string =>
  PACKS.map(
    ({ id, name, about }) =>
      `\n### ${name} (\`${id}\`)\n\n${about}\n\n| Rule | What it asks | Where | Citation | Since |\n|---|---|---|---|---|\n${rowsOf(id)}\n`,
  ).join('')

const rowsOf = (id: string): string =>
  policiesOf(id)
    .map(({ policy: { id: rule, name, applies, jurisdiction, citation, effective, note } }) => {
      const where = (applies.jurisdictions ?? [jurisdiction]).join(', ')
      const counsel = note === NEEDS_COUNSEL ? ' **Needs counsel.**' : ''
      return `| \`${rule}\` | ${name}.${counsel} | ${where} | ${citation} | ${effective.from} |`
    })
    .join('\n')
