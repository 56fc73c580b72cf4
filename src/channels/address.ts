import { type Outcome, type Problem, refuse } from '#lib/problem.ts'

/** RFC 5322 dot-atom, without quoted strings and comments: nothing that a header or SMTP parser could read as two addresses. */
const LOCAL = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/
const DOMAIN = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})$/

const problem = (detail: string): Problem => ({
  code: 'address.invalid',
  status: 422,
  title: 'This is not one e-mail address',
  detail,
  hint: 'Write one address such as ada@example.com, without name, brackets or commas.',
})

/** One addr-spec as it goes on the wire: domain in lower case and IDNA (RFC 5891), 254 octets at most (RFC 5321 §4.5.3.1.3). */
export function address(text: string): Outcome<{ readonly address: string }> {
  if (text.length > 254) return refuse(problem('longer than 254 characters'))
  const parts = text.split('@')
  if (parts.length !== 2) return refuse(problem('needs exactly one @'))
  const [local, domain] = parts as [string, string]
  if (local.length > 64 || !LOCAL.test(local)) return refuse(problem('the part before the @'))
  const ascii = asciiDomain(domain)
  if (ascii === undefined || local.length + 1 + ascii.length > 254) return refuse(problem('the part after the @'))
  return { address: `${local}@${ascii}` }
}

function asciiDomain(domain: string): string | undefined {
  const lower = domain.toLowerCase()
  if (DOMAIN.test(lower)) return lower
  // Only letters, digits, marks, hyphens and dots of any script may reach the URL parser.
  if (!/^[\p{L}\p{N}\p{M}.-]+$/u.test(domain) || !URL.canParse(`http://${domain}/`)) return undefined
  const { hostname } = new URL(`http://${domain}/`)
  return DOMAIN.test(hostname) ? hostname : undefined
}

export const domainOf = (addrSpec: string): string => addrSpec.slice(addrSpec.lastIndexOf('@') + 1)
