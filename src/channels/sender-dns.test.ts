import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Asked, dkimRecord, dmarcNames, dmarcRecord, mxRecord, spfRecord } from './sender-dns.ts'

const SHOP: Asked = { from: { address: 'hello@mail.shop.example' }, dkim: { domain: 'shop.example', selector: 'k1' } }
const said = ({ state, note }: { state: string; note: string }): string => `${state} ${note}`

test('SPF: none, two, one that lets everybody send, one without the provider, and a good one', () => {
  const of = (found: readonly string[] | undefined, type = 'ses') => said(spfRecord(SHOP, { type, found }))
  assert.equal(of([]), 'failed missing')
  assert.equal(of(['google-site-verification=x']), 'failed missing')
  assert.equal(of(['v=spf1 include:amazonses.com ~all', 'v=spf1 -all']), 'failed several')
  assert.equal(of(['v=spf1 include:amazonses.com +all']), 'failed open')
  assert.equal(of(['v=spf1 include:sendgrid.net ~all']), 'warning not-included')
  assert.equal(of(['v=spf1 mx Include:amazonses.com ~all']), 'ok good')
  assert.equal(of(['v=spf1 mx -all'], 'smtp'), 'ok good', 'whose server it is only its owner knows')
  assert.equal(of(undefined), 'unknown not-asked')
  assert.equal(spfRecord({ ...SHOP, verpDomain: 'b.shop.example' }, { type: 'ses', found: [] }).name, 'b.shop.example')
  assert.equal(spfRecord(SHOP, { type: 'smtp', found: [] }).wanted, '', 'nothing is made up')
})

test('DKIM: the published key is the one that signs, however its record is spaced', () => {
  const of = (key: string | null, found: readonly string[] | undefined, asked = SHOP) => said(dkimRecord(asked, { key, found }))
  assert.equal(of('AbC=', ['v=DKIM1; k=rsa; p=AbC=']), 'ok good')
  assert.equal(of('AbC=', ['v=DKIM1;k=rsa;p=Ab C=']), 'ok good')
  assert.equal(of('AbC=', ['v=DKIM1; p=other']), 'failed other-key')
  assert.equal(of('AbC=', ['v=DKIM1; p=']), 'failed missing', 'an empty key is one that was revoked')
  assert.equal(of(null, []), 'failed no-key')
  assert.equal(of('AbC=', undefined), 'unknown not-asked')
  assert.equal(of('AbC=', ['p=AbC='], { ...SHOP, from: { address: 'a@else.example' } }), 'warning not-aligned')
  assert.equal(of('AbC=', [], { from: SHOP.from }), 'warning provider-signs')
})

test('DMARC is looked for at the domain and those above it, and never at a top level', () => {
  assert.deepEqual(dmarcNames('mail.shop.example'), ['_dmarc.mail.shop.example', '_dmarc.shop.example'])
  const of = (found: readonly string[] | undefined) => dmarcRecord(SHOP, { name: '_dmarc.shop.example', found })
  assert.equal(said(of(['v=DMARC1; p=reject'])), 'ok good')
  assert.equal(of(['v=DMARC1; p=reject']).name, '_dmarc.shop.example')
  assert.equal(said(of(['v=DMARC1;p=none; rua=mailto:x@y.example'])), 'warning only-watched')
  assert.equal(said(of([])), 'failed missing')
  assert.equal(said(of(undefined)), 'unknown not-asked')
  fc.assert(
    fc.property(fc.domain(), (domain) => dmarcNames(domain).every((name) => name.split('.').length >= 3 && domain.endsWith(name.slice(7)))),
  )
})

test('mail that comes back needs an MX only where it has a domain of its own', () => {
  assert.equal(mxRecord(SHOP, { host: 'x.example', found: [] }), null)
  const asked = { ...SHOP, verpDomain: 'b.shop.example' }
  assert.equal(said(mxRecord(asked, { host: 'x.example', found: [] })!), 'failed missing')
  assert.equal(said(mxRecord(asked, { host: 'x.example', found: ['10 mx.else.example'] })!), 'ok good')
  assert.equal(mxRecord(asked, { host: 'x.example', found: [] })!.wanted, '10 x.example.')
})
