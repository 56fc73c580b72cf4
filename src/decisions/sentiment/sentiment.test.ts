import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { dataFile } from '../../../test/fixtures/data.ts'
import { sentimentOf } from './sentiment.ts'

/** Outputs of the reference implementation, as its README prints them. */
const PUBLISHED: readonly (readonly [string, number])[] = [
  ['VADER is smart, handsome, and funny.', 0.8316],
  ['VADER is smart, handsome, and funny!', 0.8439],
  ['VADER is very smart, handsome, and funny.', 0.8545],
  ['VADER is VERY SMART, handsome, and FUNNY.', 0.9227],
  ['VADER is VERY SMART, handsome, and FUNNY!!!', 0.9342],
  ['VADER is VERY SMART, uber handsome, and FRIGGIN FUNNY!!!', 0.9469],
  ['VADER is not smart, handsome, nor funny.', -0.7424],
  ['The book was good.', 0.4404],
  ["At least it isn't a horrible book.", 0.431],
  ['The book was only kind of good.', 0.3832],
  ['The plot was good, but the characters are uncompelling and the dialog is not great.', -0.7042],
  ['Today SUX!', -0.5461],
  ["Today only kinda sux! But I'll get by, lol", 0.5249],
  ['Make sure you :) or :D today!', 0.8633],
  ['Not bad at all', 0.431],
  ['Sentiment analysis has never been good.', -0.3412],
  ['Sentiment analysis has never been this good!', 0.5672],
  ['Most automated sentiment analysis tools are shit.', -0.5574],
  ['With VADER, sentiment analysis is the shit!', 0.6476],
  ['Other sentiment analysis tools can be quite bad.', -0.5849],
  ['On the other hand, VADER is quite bad ass', 0.802],
  ['VADER is such a badass!', 0.4003],
  ['Without a doubt, excellent idea.', 0.7013],
  ['Roger Dodger is one of the most compelling variations on this theme.', 0.2944],
  ['Roger Dodger is at least compelling as a variation on the theme.', 0.2263],
  ['Roger Dodger is one of the least compelling variations on this theme.', -0.1695],
  ['Not such a badass after all.', -0.2584],
  ['Without a doubt, an excellent idea.', 0.7013],
]

for (const [text, compound] of PUBLISHED)
  test(`“${text}” sounds like ${compound}`, () => {
    assert.equal(sentimentOf(text).compound, compound)
  })

test('shares of positive, neutral and negative are those that were published', () => {
  const { positive, neutral, negative } = sentimentOf('The plot was good, but the characters are uncompelling and the dialog is not great.')
  assert.deepEqual({ positive, neutral, negative }, { positive: 0.094, neutral: 0.579, negative: 0.327 })
})

test('whatever is written, the answer is a number between -1 and 1 and the shares come to one', () => {
  const word = fc.constantFrom(
    'good',
    'BAD',
    'not',
    'very',
    'but',
    'no',
    'least',
    'at',
    '😂',
    ':)',
    'so',
    '__proto__',
    'constructor',
    '!!',
    "isn't",
  )
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(word, { maxLength: 12 }).map((words) => words.join(' ')),
  )
  fc.assert(
    fc.property(text, (said) => {
      const { compound, positive, neutral, negative } = sentimentOf(said)
      assert.ok(compound >= -1 && compound <= 1)
      const sum = positive + neutral + negative
      assert.ok(sum === 0 || Math.abs(sum - 1) < 0.0021, `${sum}`)
    }),
    { numRuns: 2_000 },
  )
})

/** Correlation with the mean of twenty people, as the paper reports it (Hutto & Gilbert 2014, table 4); the lexicon has grown since. */
for (const [source, published] of [
  ['tweets', 0.881],
  ['amazonReviewSnippets', 0.565],
  ['movieReviewSnippets', 0.451],
  ['nytEditorialSnippets', 0.492],
] as const) {
  const file = dataFile(`sentiment-vader/${source}_GroundTruth.txt`)
  test(`${source}: agrees with people as the paper says`, { skip: file === null && 'the folder of real data is not here' }, () => {
    const rows = readFileSync(file!, 'latin1').split('\n').filter(Boolean)
    const pairs = rows.map((row) => row.split('\t')).map(([, rating, text]) => [sentimentOf(text!).compound, Number(rating)] as const)
    assert.ok(Math.abs(correlation(pairs) - published) < 0.03)
  })
}

function correlation(pairs: readonly (readonly [number, number])[]): number {
  const mean = (of: 0 | 1): number => pairs.reduce((sum, pair) => sum + pair[of], 0) / pairs.length
  const [a, b] = [mean(0), mean(1)]
  const product = (f: 0 | 1, g: 0 | 1): number =>
    pairs.reduce((sum, pair) => sum + (pair[f] - (f === 0 ? a : b)) * (pair[g] - (g === 0 ? a : b)), 0)
  return product(0, 1) / Math.sqrt(product(0, 0) * product(1, 1))
}
