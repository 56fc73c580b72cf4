import type { Basis } from '#consent/schema.ts'
import { words } from '#kit/words.ts'

/** Lawful grounds by name. */
export const BASIS_WORDS = words(
  {
    consent: 'consent',
    'soft-opt-in': 'soft opt-in',
    contract: 'contract',
    'legitimate-interest': 'legitimate interest',
    'legal-obligation': 'legal obligation',
    'implied-purchase': 'implied by purchase',
    'implied-inquiry': 'implied by inquiry',
  } satisfies Record<Basis, string>,
  {
    de: {
      consent: 'Einwilligung',
      'soft-opt-in': 'Bestandskunden',
      contract: 'Vertrag',
      'legitimate-interest': 'berechtigtes Interesse',
      'legal-obligation': 'rechtliche Pflicht',
      'implied-purchase': 'durch Kauf',
      'implied-inquiry': 'durch Anfrage',
    },
  },
)
