import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isRefusal } from '#lib/problem.ts'
import { expression } from './arbitrary.test.ts'
import { parse } from './parse.ts'
import { sentence } from './sentence.ts'

const TOLD: readonly (readonly [text: string, told: string])[] = [
  ['profile.plan == "pro" and entry.total > 50', 'plan is “pro” and the entry’s total is more than 50'],
  ['profile.plan != "pro"', 'plan is not “pro”'],
  ['not (profile.plan == "pro")', 'plan is not “pro”'],
  ['not (profile.plan != "pro")', 'plan is “pro”'],
  ['profile.vip and not profile.churned', 'vip is true and churned is not true'],
  [
    'profile.vip or (profile.first_name exists and profile.lastName missing)',
    'vip is true or (first name is known and last name is not known)',
  ],
  ['profile.plan in ["pro", "team", 3]', 'plan is one of “pro”, “team” or 3'],
  ['profile.plan not in ["pro"]', 'plan is not one of “pro”'],
  ['profile.plan in entry.plans', 'plan is among the entry’s plans'],
  ['profile.email not endsWith "@example.com"', 'email does not end with “@example.com”'],
  ['lower(profile.address.city) startsWith "ky"', 'address city in lower case starts with “ky”'],
  ['entry.items.any(stock < 5)', 'for at least one of the entry’s items, its stock is less than 5'],
  ['not profile.tags.any(it == "vip")', 'for none of tags, it is “vip”'],
  ['entry.items.all(price >= 10)', 'for each of the entry’s items, its price is at least 10'],
  ['count("Order Completed") >= 3', '“Order Completed” has happened at least 3 times'],
  ['count("Order Completed") == 0', '“Order Completed” has never happened'],
  ['count("Order Completed") > 0', '“Order Completed” has happened at least once'],
  ['last("Order Completed") > now - 30d', 'the last “Order Completed” was less than 30 days ago'],
  ['last("Order Completed") < now - 90m', 'the last “Order Completed” was more than 1 hour 30 minutes ago'],
  ['count("Order Completed" within 30d) >= 3', '“Order Completed” has happened at least 3 times in the last 30 days'],
  ['never("Order Completed" within 30d)', '“Order Completed” has not happened in the last 30 days'],
  [
    'count("Order Completed" where event.total > 50 within 12h) == 1',
    '“Order Completed” (where the event’s total is more than 50) has happened exactly once in the last 12 hours',
  ],
  ['sum("Order Completed", total within 90d) > 500', 'the sum of total of “Order Completed” in the last 90 days is more than 500'],
  ['distinct("Page Viewed", path) >= 5', 'the number of different path of “Page Viewed” is at least 5'],
  ['sequence("Product Added", "Order Completed" within 7d)', '“Product Added” and then “Order Completed” happened in the last 7 days'],
  ['performed("Product Viewed" in run)', '“Product Viewed” has happened at least once since the run began'],
  ['segment("vip") and not list("press")', 'the person is in the segment “vip” and the person is not on the list “press”'],
  ['score("churn") > 0.5 and cohort("a") < 0.1', 'the score “churn” is more than 0.5 and the cohort number of “a” is less than 0.1'],
  ['first("Signed Up") missing', '“Signed Up” has never happened'],
  ['profile.trial_ends < now + 3d', 'trial ends is before 3 days from now'],
  ['profile.since >= date("2026-01-31")', 'since is not before 2026-01-31'],
  ['not (profile.since >= date("2026-01-31"))', 'not (since is not before 2026-01-31)'],
  ['consent("email")', 'consent to email is given'],
  ['not consent("sms", "news")', 'consent to sms about “news” is not given'],
  ['withdrawn("email")', 'consent to email is withdrawn'],
  ['default(profile.points, 0) + 10 > 2 * (profile.a - 1)', 'points (or 0 if it is not known) plus 10 is more than 2 times (a minus 1)'],
  [
    'length(profile.tags) <= 2 and event.name == "X" and entry.key exists',
    'the length of tags is at most 2 and the event’s name is “X” and the entry key is known',
  ],
]

for (const [text, told] of TOLD) {
  test(`“${text}” is told as a sentence`, () => {
    const tree = parse(text)
    assert.ok(!isRefusal(tree))
    assert.equal(sentence(tree), told)
  })
}

test('every tree can be told', () => {
  fc.assert(fc.property(expression(), (tree) => assert.ok(sentence(tree).length > 0)))
})
