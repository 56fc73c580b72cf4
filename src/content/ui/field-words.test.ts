import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { COMMON_WORDS } from '#kit/form/form-words.ts'
import { jsonSchemaOf } from '#kit/form/from-zod.ts'
import { unworded } from '#kit/form/unworded.ts'
import { Product, ProductFeed } from '../catalogue.ts'
import { CouponPool } from '../coupons.ts'
import { liveFields } from '../live.ts'
import { Page } from '../pages.ts'
import { GOODS_FIELD_WORDS } from './goods-field-words.ts'
import { LIVE_FIELD_WORDS } from './live-field-words.ts'
import { PAGE_FIELD_WORDS } from './page-field-words.ts'

const FORMS = [
  ['what a template shows of the moment', z.object(liveFields), LIVE_FIELD_WORDS],
  ['a page', Page, PAGE_FIELD_WORDS],
  ['a product', Product, GOODS_FIELD_WORDS],
  ['a feed of products', ProductFeed, GOODS_FIELD_WORDS],
  ['a pool of coupons', CouponPool, GOODS_FIELD_WORDS],
] as const

for (const language of ['en', 'de'] as const)
  for (const [what, schema, words] of FORMS)
    test(`${language}: every part of ${what} has a label`, () => {
      assert.deepEqual(unworded(jsonSchemaOf(schema as z.ZodType), [words[language], COMMON_WORDS[language]]), [])
    })
