import { z } from 'zod'
import { Colour } from './blocks.ts'
import { DocumentId, Line } from './names.ts'

/** Families in order of preference, as CSS has them; quotes are ours to write. */
const Font = z
  .string()
  .max(200)
  .regex(/^[a-z0-9 -]+(?:, ?[a-z0-9 -]+)*$/i, 'name font families, separated by commas, without quotes')
const Web = z
  .string()
  .regex(/^https:\/\/[^\s"'<>{}]+$/, 'write an address that begins with https://')
  .max(2_000)
/** Whole pixels. */
const Pixels = (most: number) => z.int().min(0).max(most)

/** How everything that we send looks and sounds: colours, type, logo, buttons, footer, voice. */
export const Brand = z.strictObject({
  kind: z.literal('brand'),
  /** The one called `default` is used where a template names none. */
  id: DocumentId,
  name: z.string().max(200).optional(),
  colours: z
    .strictObject({
      background: Colour.default('#f4f5f3'),
      surface: Colour.default('#ffffff'),
      text: Colour.default('#1b211c'),
      muted: Colour.default('#565e57'),
      link: Colour.default('#0b5fb0'),
      primary: Colour.default('#1b211c'),
      onPrimary: Colour.default('#ffffff'),
      line: Colour.default('#d9ddd8'),
    })
    .prefault({}),
  fonts: z
    .strictObject({ heading: Font.default('Helvetica, Arial, sans-serif'), body: Font.default('Helvetica, Arial, sans-serif') })
    .prefault({}),
  logo: z.strictObject({ src: Web, alt: Line.min(1).max(200), width: Pixels(600).default(140), href: Web.optional() }).optional(),
  /** Of buttons and boxes. */
  radius: Pixels(40).default(6),
  /** Width of the mail. */
  width: z.int().min(400).max(800).default(600),
  button: z.enum(['filled', 'outline']).default('filled'),
  footer: z
    .strictObject({
      /** Rich text above the address: who you are, register entry, why they get it. */
      text: z.string().max(4_000).optional(),
      social: z
        .array(z.strictObject({ name: Line.min(1).max(40), href: Web }))
        .max(8)
        .default([]),
    })
    .prefault({}),
  voice: z
    .strictObject({
      /** How we sound, in a sentence or two; for people and for agents. */
      notes: z.string().max(4_000).optional(),
      /** Never said; found when a template is checked. */
      banned: z.array(Line.min(1).max(80)).max(200).default([]),
      /** Said in place of another word: `{ cheap: affordable }`. */
      preferred: z.record(Line.max(80), Line.min(1).max(80)).default({}),
    })
    .prefault({}),
})
export type Brand = z.output<typeof Brand>

/** What a workspace without a brand document looks like. */
export const HOUSE: Brand = Brand.parse({ kind: 'brand', id: 'default' })
export const DEFAULT_BRAND = 'default'

/** Relative luminance (WCAG 2.2, https://www.w3.org/TR/WCAG22/#dfn-relative-luminance), 0 to 1. */
export function luminance(colour: string): number {
  const hex = colour.length === 4 ? [...colour.slice(1)].map((digit) => digit + digit).join('') : colour.slice(1)
  const [red, green, blue] = [0, 2, 4].map((i) => {
    const part = Number.parseInt(hex.slice(i, i + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
}

/** 1 to 21 (WCAG 2.2, 1.4.3). */
export function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (light! + 0.05) / (dark! + 0.05)
}

/** Normal text needs 4.5:1 on what it stands on (WCAG 2.2 AA, 1.4.3). */
export const LEAST_CONTRAST = 4.5

/** Pairs of colours of the brand that cannot be read. */
export function brandProblems({ colours }: Brand): { code: string; status: 422; title: string; hint: string; at: string }[] {
  const pairs = [
    ['text', 'surface'],
    ['muted', 'background'],
    ['link', 'surface'],
    ['onPrimary', 'primary'],
  ] as const
  return pairs
    .filter(([ink, paper]) => contrast(colours[ink], colours[paper]) < LEAST_CONTRAST)
    .map(([ink, paper]) => ({
      code: 'brand.contrast',
      status: 422,
      title: `${ink} on ${paper} has a contrast of ${contrast(colours[ink], colours[paper]).toFixed(1)}:1`,
      hint: `Text needs ${LEAST_CONTRAST}:1 to be read by people with weak sight (WCAG 2.2, 1.4.3).`,
      at: `/colours/${ink}`,
    }))
}
