// What a crafted address or header does to the libraries that read and send mail.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { suite, test } from 'node:test'
import { simpleParser } from 'mailparser'
import { smtp } from '#channels/adapters/smtp-provider.ts'
import { address } from '#channels/address.ts'
import { mailbox, mimeMessage } from '#channels/mime.ts'
import { isRefusal } from '#lib/problem.ts'

const parse = createRequire(import.meta.url)('nodemailer/lib/addressparser') as (text: string) => { address?: string; group?: unknown[] }[]
/** 5,000 groups, each in the one before. */
const NESTED = `${'g:'.repeat(5_000)}a@good.test${';'.repeat(5_000)}`

suite('a quoted local part (nodemailer CVE-2025-13033)', () => {
  const texts = [
    '"xclow3n@gmail.com x"@internal.domain',
    '"a@evil.test,"@good.test',
    '"a@evil.test>"@good.test',
    '"<a@evil.test>" <b@good.test>',
    'a@good.test,b@evil.test',
    'group:a@evil.test;@good.test',
    'a@[evil.test]',
    'a(b@evil.test)@good.test',
  ]
  for (const text of texts) test(`is no address: ${text}`, () => assert.ok(isRefusal(address(text))))

  test('the library itself sends to nobody that is only quoted', () => {
    const found = parse('"xclow3n@gmail.com x"@internal.domain')
    assert.ok(
      found.every((each) => each.address !== 'xclow3n@gmail.com'),
      JSON.stringify(found),
    )
  })
})

suite('5,000 nested groups (nodemailer b61b9c0)', () => {
  test('are no address of ours', () => assert.ok(isRefusal(address(NESTED))))

  test('neither overflow the library nor hold it up', () => {
    const begun = performance.now()
    parse(NESTED)
    assert.ok(performance.now() - begun < 5_000)
  })

  test('in a mail that comes in are read like any other, in each header of addresses', async () => {
    for (const header of ['From', 'To', 'Cc', 'Reply-To', 'Delivered-To']) {
      const mail = await simpleParser(`${header}: ${NESTED}\r\nSubject: Nested\r\n\r\nHello\r\n`, { skipImageLinks: true })
      assert.deepEqual([mail.subject, mail.text?.trim()], ['Nested', 'Hello'])
    }
  })
})

suite('a line break (GHSA-vvjj-xcjg-gr5g)', () => {
  const BREAKS = ['\r\n', '\n', '\r', '\u0000', '\u2028', '\u0085']

  test('is in no host, user name or address that a provider is given', () => {
    assert.ok(smtp.settings.safeParse({ host: 'mail.shop.test', user: 'shop' }).success)
    for (const mark of BREAKS)
      assert.ok(!smtp.settings.safeParse({ host: `mail.shop.test${mark}RCPT TO:<all@evil.test>` }).success, JSON.stringify(mark))
    for (const mark of BREAKS) assert.ok(isRefusal(address(`a@good.test${mark}RCPT TO:<b@evil.test>`)), JSON.stringify(mark))
  })

  test('makes no header of its own, wherever data come into one', async () => {
    for (const mark of BREAKS) {
      const bytes = mimeMessage({
        headers: [
          ['From', mailbox({ name: `Shop${mark}Bcc: all@evil.test`, address: 'shop@shop.test' })],
          ['To', mailbox({ name: `Ada${mark}Cc: all@evil.test`, address: 'ada@good.test' })],
          ['Subject', 'Hello'],
        ],
        text: 'Hello',
        html: '<p>Hello</p>',
        boundary: 'cadenza-0',
      })
      const mail = await simpleParser(Buffer.from(bytes))
      assert.deepEqual([mail.bcc, mail.cc, mail.subject], [undefined, undefined, 'Hello'], JSON.stringify(mark))
    }
  })
})

test('no mail is made by a library that reads files and addresses into it (GHSA-wqvq-jvpq-h66f)', async () => {
  const { readFile } = await import('node:fs/promises')
  for (const file of ['smtp.ts', 'smtp-provider.ts'])
    assert.doesNotMatch(
      await readFile(new URL(`../../src/channels/adapters/${file}`, import.meta.url), 'utf8'),
      /createTransport|sendMail\(/,
    )
})
