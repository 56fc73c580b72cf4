import type { Json, JsonObject } from '#lib/json.ts'
import { error, type Finding, warning } from './finding.ts'

type Value = 'text' | 'url' | 'date' | 'number' | 'any' | readonly string[]
interface TypeRule {
  readonly properties: Readonly<Record<string, Value>>
  /** Without these answer engines and search engines pass the object over (Google's documentation of structured data, 2026). */
  readonly required: readonly string[]
}

const thing = {
  name: 'text',
  description: 'text',
  url: 'url',
  image: 'any',
  sameAs: 'url',
  identifier: 'any',
  mainEntityOfPage: 'any',
} as const
const article = {
  ...thing,
  headline: 'text',
  author: ['Person', 'Organization'],
  publisher: ['Organization'],
  datePublished: 'date',
  dateModified: 'date',
  inLanguage: 'text',
  articleBody: 'text',
  abstract: 'text',
  keywords: 'any',
  citation: 'any',
  about: 'any',
  isPartOf: 'any',
} as const
const organization = {
  ...thing,
  logo: 'any',
  legalName: 'text',
  address: 'any',
  telephone: 'text',
  email: 'text',
  contactPoint: 'any',
  founder: 'any',
} as const
const product = {
  ...thing,
  brand: 'any',
  sku: 'text',
  gtin: 'text',
  gtin13: 'text',
  mpn: 'text',
  offers: ['Offer', 'AggregateOffer'],
  aggregateRating: ['AggregateRating'],
  review: ['Review'],
  category: 'any',
  color: 'text',
  material: 'text',
} as const
const financial = {
  ...thing,
  annualPercentageRate: 'any',
  interestRate: 'any',
  feesAndCommissionsSpecification: 'any',
  provider: ['Organization'],
  areaServed: 'any',
  serviceType: 'text',
  termsOfService: 'any',
  category: 'any',
} as const

/** Our subset of schema.org 30: the types that pages like ours need, with the properties that are read of them. */
const TYPES: Readonly<Record<string, TypeRule>> = {
  Article: { properties: article, required: ['headline', 'author', 'datePublished'] },
  BlogPosting: { properties: article, required: ['headline', 'author', 'datePublished'] },
  Person: { properties: { ...thing, jobTitle: 'text', worksFor: ['Organization'], email: 'text' }, required: ['name'] },
  Organization: { properties: organization, required: ['name'] },
  LocalBusiness: {
    properties: { ...organization, openingHours: 'any', openingHoursSpecification: 'any', geo: 'any', priceRange: 'text' },
    required: ['name', 'address'],
  },
  WebSite: { properties: { ...thing, potentialAction: 'any', publisher: ['Organization'], inLanguage: 'text' }, required: ['name', 'url'] },
  FAQPage: { properties: { ...thing, mainEntity: ['Question'], inLanguage: 'text' }, required: ['mainEntity'] },
  Question: { properties: { ...thing, acceptedAnswer: ['Answer'], text: 'text' }, required: ['name', 'acceptedAnswer'] },
  Answer: { properties: { ...thing, text: 'text' }, required: ['text'] },
  BreadcrumbList: { properties: { ...thing, itemListElement: ['ListItem'] }, required: ['itemListElement'] },
  ListItem: { properties: { ...thing, position: 'number', item: 'any' }, required: ['position'] },
  Product: { properties: product, required: ['name', 'image'] },
  Offer: {
    properties: {
      ...thing,
      price: 'number',
      priceCurrency: 'text',
      availability: 'url',
      priceValidUntil: 'date',
      itemCondition: 'url',
      seller: ['Organization', 'Person'],
      shippingDetails: 'any',
      hasMerchantReturnPolicy: 'any',
    },
    required: ['price', 'priceCurrency'],
  },
  AggregateOffer: {
    properties: { ...thing, lowPrice: 'number', highPrice: 'number', priceCurrency: 'text', offerCount: 'number', offers: ['Offer'] },
    required: ['lowPrice', 'priceCurrency'],
  },
  AggregateRating: {
    properties: {
      ...thing,
      ratingValue: 'number',
      reviewCount: 'number',
      ratingCount: 'number',
      bestRating: 'number',
      worstRating: 'number',
      itemReviewed: 'any',
    },
    required: ['ratingValue'],
  },
  Review: {
    properties: {
      ...thing,
      author: ['Person', 'Organization'],
      reviewRating: ['Rating'],
      reviewBody: 'text',
      datePublished: 'date',
      itemReviewed: 'any',
    },
    required: ['author', 'reviewRating'],
  },
  Rating: { properties: { ...thing, ratingValue: 'number', bestRating: 'number', worstRating: 'number' }, required: ['ratingValue'] },
  HowTo: {
    properties: { ...thing, step: ['HowToStep'], totalTime: 'text', supply: 'any', tool: 'any', estimatedCost: 'any' },
    required: ['name', 'step'],
  },
  HowToStep: { properties: { ...thing, text: 'text', position: 'number' }, required: ['text'] },
  Event: {
    properties: {
      ...thing,
      startDate: 'date',
      endDate: 'date',
      location: 'any',
      eventStatus: 'url',
      eventAttendanceMode: 'url',
      organizer: ['Organization', 'Person'],
      performer: 'any',
      offers: ['Offer', 'AggregateOffer'],
    },
    required: ['name', 'startDate', 'location'],
  },
  VideoObject: {
    properties: {
      ...thing,
      thumbnailUrl: 'url',
      uploadDate: 'date',
      contentUrl: 'url',
      embedUrl: 'url',
      duration: 'text',
      transcript: 'text',
    },
    required: ['name', 'thumbnailUrl', 'uploadDate'],
  },
  FinancialProduct: { properties: financial, required: ['name', 'provider'] },
  LoanOrCredit: {
    properties: { ...financial, amount: 'any', loanTerm: 'any', requiredCollateral: 'any', loanType: 'any', currency: 'text' },
    required: ['name', 'provider'],
  },
}

export const KNOWN_TYPES: readonly string[] = Object.keys(TYPES)

/** What is wrong with a JSON-LD object by our subset of schema.org; `at` is a JSON pointer below `at`. */
export function validateJsonLd(object: JsonObject, at: string, expected?: readonly string[]): Finding[] {
  const type = object['@type']
  if (typeof type !== 'string' || !Object.hasOwn(TYPES, type))
    return [
      error({
        code: 'jsonld.type',
        title: type === undefined ? 'An object has no @type' : `We know no type ${JSON.stringify(type)}`,
        hint: `One of ${KNOWN_TYPES.join(', ')}.`,
        at: `${at}/@type`,
      }),
    ]
  const rule = TYPES[type]!
  const wrong =
    expected && !expected.includes(type)
      ? [error({ code: 'jsonld.range', title: `A ${type} cannot stand here`, hint: `One of ${expected.join(', ')}.`, at })]
      : []
  const missing = rule.required
    .filter((name) => object[name] === undefined || object[name] === '')
    .map((name) =>
      error({
        code: 'jsonld.required',
        title: `${type} needs ${name}`,
        at: `${at}/${name}`,
        hint: 'Without it the object is passed over.',
      }),
    )
  const values = Object.entries(object).filter(([name]) => !name.startsWith('@'))
  return [...wrong, ...missing, ...values.flatMap(([name, value]) => propertyFindings(rule, { type, name, value, at: `${at}/${name}` }))]
}

interface Property {
  readonly type: string
  readonly name: string
  readonly value: Json
  readonly at: string
}

function propertyFindings(rule: TypeRule, { type, name, value, at }: Property): Finding[] {
  if (!Object.hasOwn(rule.properties, name)) {
    const near = Object.keys(rule.properties).find((known) => known.toLowerCase().startsWith(name.toLowerCase().slice(0, 3)))
    return [
      error({
        code: 'jsonld.property',
        title: `${type} has no property ${name}`,
        at,
        hint: near ? `Did you mean ${near}?` : 'Take it out.',
      }),
    ]
  }
  const kind = rule.properties[name]!
  const values = Array.isArray(value) ? value : [value]
  return values.flatMap((each: Json, i) => valueFindings(kind, each, Array.isArray(value) ? `${at}/${i}` : at))
}

const DATE = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/

function valueFindings(kind: Value, value: Json, at: string): Finding[] {
  const bad = (what: string): Finding[] => [
    error({ code: 'jsonld.value', title: `Here stands ${what}`, detail: JSON.stringify(value)?.slice(0, 100) ?? '', at }),
  ]
  switch (kind) {
    case 'any':
      return isTyped(value) ? validateJsonLd(value, at) : []
    case 'text':
      return typeof value === 'string' ? [] : bad('a text')
    case 'url':
      return typeof value === 'string' && /^https?:\/\/\S+$/.test(value) ? [] : bad('an address')
    case 'date':
      return typeof value === 'string' && DATE.test(value) && !Number.isNaN(Date.parse(value)) ? [] : bad('a date such as 2026-03-01')
    case 'number':
      return typeof value === 'number' || (typeof value === 'string' && /^\d+(?:\.\d+)?$/.test(value))
        ? []
        : bad('a number, without its currency or sign')
    default:
      return isTyped(value)
        ? validateJsonLd(value, at, kind)
        : [warning({ code: 'jsonld.range', title: `Here stands an object: ${kind.join(', ')}`, at, hint: 'Write an object with @type.' })]
  }
}

/** Types that we do not know may stand where anything may. */
const isTyped = (value: Json): value is JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value) && Object.hasOwn(TYPES, String((value as JsonObject)['@type']))
