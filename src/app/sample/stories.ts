import { BANK, bankStory } from './bank.ts'
import { SAAS, saasStory } from './saas.ts'
import { SHOP, shopStory } from './shop.ts'
import type { Stories } from './story.ts'

/** Every industry that can be looked around in: how its workspace is set up, who is in it, how many, and for how long. */
export const STORIES: Stories = {
  // With fewer, its experiment and its hold-out have not met a hundred people in each arm yet, and tell nothing.
  shop: { setting: SHOP, story: shopStory, people: 900, days: 70 },
  saas: { setting: SAAS, story: saasStory, people: 500, days: 77 },
  bank: { setting: BANK, story: bankStory, people: 500, days: 77 },
}
