import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lookWithModels } from '#decisions/person.ts'
import { Model } from '#decisions/schema.ts'
import { type ModelInForce, modelsOf } from '#decisions/snapshot.ts'
import { journey, World } from '../../test/fixtures/journeys.ts'

const sentiment: ModelInForce = { model: Model.parse({ kind: 'model', id: 'sentiment', type: 'sentiment' }), version: 1, snapshot: null }
const ANGRY = 'This is terrible. I hate it and I want my money back!'
const HAPPY = 'I love it, thank you so much. Great service!'
const reminder = journey({
  steps: [
    {
      kind: 'branch',
      id: 'mood',
      branches: [
        {
          id: 'upset',
          when: 'score("sentiment") < -0.3',
          steps: [{ kind: 'notify', id: 'care', to: ['care@shop.example'], text: 'Please call {{ profile.id }}' }],
        },
      ],
      otherwise: [{ kind: 'email', id: 'mail', template: 'promotion' }],
    },
  ],
})

test('whoever has written in anger goes to a person; the others get the promotion', () => {
  const world = new World([reminder], { models: [sentiment] })
  const wrote = (person: string, text: string): void => {
    world.person(person)
    world.happens(person, 'Support Ticket Created', { text })
    world.happens(person, 'Product Added')
  }
  wrote('ada', ANGRY)
  wrote('bob', HAPPY)
  wrote('cyd', 'Das ist schrecklich, ich hasse es und ich will mein Geld zurück')
  world.passes('1h')
  assert.deepEqual(world.sentTo('bob'), ['promotion'])
  assert.deepEqual(world.sentTo('cyd'), ['promotion'], 'another language has no score')
  assert.ok(!world.sentTo('ada').includes('promotion'))
  assert.ok(world.storyOf('ada').some((line) => line.includes('upset')))
})

test('of a model that is withdrawn the score goes, and one that only watches gives none', () => {
  const world = new World([reminder], { models: [sentiment] })
  world.person('ada')
  world.happens('ada', 'Support Ticket Created', { text: ANGRY })
  const { decisions, profile, segments } = world.people.get('ada')!
  assert.ok(segments.scores['sentiment']![0] < -0.3)
  const subject = {
    workspace: 'w',
    profile,
    zone: 'UTC',
    scores: segments.scores,
    now: world.now + 1,
    cause: 'timer',
    since: decisions!.since!,
  }
  const looked = (models: readonly ModelInForce[]) => lookWithModels(decisions, { ...subject, models: modelsOf(models) })
  assert.deepEqual(looked([sentiment]).scores, {})
  assert.deepEqual(looked([{ ...sentiment, model: { ...sentiment.model, id: 'other' } }]).scores, { sentiment: null })
  const watched = new World([reminder], { models: [{ ...sentiment, inShadow: true }] })
  watched.person('ada')
  watched.happens('ada', 'Support Ticket Created', { text: ANGRY })
  assert.equal(watched.people.get('ada')!.segments.scores['sentiment'], undefined)
})
