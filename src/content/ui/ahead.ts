import { askAhead } from '#kit/api.ts'
import { GetDocument } from '#workspaces/documents/api.ts'

/** Asks for a template while the studio that shows it is still being fetched. */
export const templateAhead = (id: string): void => askAhead(GetDocument, { kind: 'template', id })
