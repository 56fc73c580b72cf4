import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { invalid } from '#lib/invalid.ts'
import { saidIn } from '#lib/said.ts'
import { problemHere } from '#lib/said-here-german.ts'

const first = (schema: z.ZodType, value: unknown): string => schema.safeParse(value).error?.issues[0]?.message ?? ''

test('what a schema finds wrong is told in German, by the server and in the window alike', () => {
  const cases: readonly [z.ZodType, unknown, string][] = [
    [z.string(), undefined, 'Hier fehlt etwas: gebraucht wird Text'],
    [z.number(), 'x', 'Hier muss eine Zahl stehen'],
    [z.int(), 1.5, 'Hier muss eine ganze Zahl stehen'],
    [z.array(z.string()), 'x', 'Hier muss eine Liste stehen'],
    [z.string().min(3), 'a', 'Zahl der Zeichen: mindestens 3'],
    [z.string().max(3), 'abcde', 'Zahl der Zeichen: höchstens 3'],
    [z.array(z.string()).min(1), [], 'Zahl der Einträge: mindestens 1'],
    [z.number().min(5), 1, 'Die Zahl muss mindestens 5 sein'],
    [z.number().lt(1000), 2000, 'Die Zahl muss weniger als 1000 sein'],
    [z.enum(['mail', 'sms']), 'x', 'Zur Auswahl stehen "mail"|"sms"'],
    [z.strictObject({}), { more: 1 }, 'Unbekanntes Feld: "more"'],
    [z.email(), 'x', 'Das ist keine E-Mail-Adresse'],
    [z.url(), 'x', 'Das ist keine Internetadresse'],
  ]
  for (const [schema, value, german] of cases) {
    const title = first(schema, value)
    assert.equal(saidIn(title, 'de'), german, title)
    assert.equal(problemHere({ code: 'form.any', status: 422, title }).title, german, title)
  }
})

test('what our own schemas say is told as well, one form or another of it', () => {
  const day = z.string().regex(/^x$/, 'write a day such as 2026-12-25')
  const either = z.union([day, z.string().regex(/^y$/, 'write a time such as 09:00')])
  const said = invalid(either.safeParse('z').error!).problems![0]!
  assert.equal(saidIn(said.title, 'de'), 'Schreiben Sie einen Tag wie 2026-12-25; oder: Schreiben Sie eine Uhrzeit wie 09:00')
  assert.equal(problemHere({ code: 'form.custom', status: 422, title: first(day, 'z') }).title, 'Schreiben Sie einen Tag wie 2026-12-25')
})

test('names that schemas repeat stay as they were written', () => {
  assert.equal(saidIn('Unrecognized key: "the number"', 'de'), 'Unbekanntes Feld: "the number"')
})
