import { z } from 'zod'

export const DocumentId = z.string().regex(/^[a-z0-9][a-z0-9-_]{0,63}$/, 'use lower-case letters, digits, - and _ (at most 64)')
/** One line of text that becomes a header: no control characters. */
export const Line = z.string().regex(/^[^\p{Cc}]*$/u, 'write one line without control characters')
