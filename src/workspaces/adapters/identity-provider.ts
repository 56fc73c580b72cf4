import * as client from 'openid-client'
import { type Outcome, type Problem, refuse } from '#lib/problem.ts'
import type { Egress } from '#platform/egress.ts'
import type { Provider } from '../entrance/api.ts'

/** Who somebody is, as a provider says. */
export interface Vouched {
  /** Issuer and the provider's own id of the person: addresses change hands, this does not. */
  readonly subject: string
  readonly name: string
  readonly email: string
}

/** What has to be remembered while somebody is at the provider. */
export interface Errand {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}

const MOST_BYTES = 200_000

/** `fetch` over the guarded way out: nothing private is reached, no redirect is followed. */
const fetchBy =
  (egress: Egress): client.CustomFetch =>
  async (url, { method, headers, body, signal }) => {
    const sent = body === undefined || body === null ? undefined : body instanceof URLSearchParams ? body.toString() : String(body)
    const answer = await egress.send({
      url,
      method: method as 'GET' | 'POST',
      headers: { ...headers },
      most: MOST_BYTES,
      ...(sent !== undefined && { body: sent }),
      ...(signal && { signal }),
    })
    if (answer.kind !== 'answer') throw new Error(answer.reason)
    const plain = Object.entries(answer.headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)] as [string, string]],
    )
    return new Response(answer.status === 204 || answer.status === 304 ? null : answer.body, { status: answer.status, headers: plain })
  }

/** Reads the provider's description (OpenID Connect Discovery 1.0). */
export async function discover(
  egress: Egress,
  { issuer, clientId }: Pick<Provider, 'issuer' | 'clientId'>,
  clientSecret: string,
): Promise<Outcome<client.Configuration>> {
  const insecure = issuer.startsWith('http:')
  if (insecure && !/^http:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/]/.test(`${issuer}/`)) return refuse(INSECURE)
  try {
    return await client.discovery(new URL(issuer), clientId, undefined, client.ClientSecretPost(clientSecret), {
      [client.customFetch]: fetchBy(egress),
      timeout: 10,
      ...(insecure && { execute: [client.allowInsecureRequests] }),
    })
  } catch (error) {
    return refuse({ ...UNREACHABLE, detail: reasonOf(error) })
  }
}

const INSECURE: Problem = {
  code: 'provider.insecure',
  status: 422,
  title: 'The address of the provider has to begin with https.',
  at: '/provider/issuer',
}
const UNREACHABLE: Problem = {
  code: 'provider.unreachable',
  status: 422,
  title: 'The provider did not describe itself at this address.',
  hint: 'Check the issuer: its description lies below it at /.well-known/openid-configuration.',
  at: '/provider/issuer',
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error
  return cause instanceof Error ? `${message}: ${cause.message}` : message
}

/** Where the browser is to be sent, and what to remember meanwhile (PKCE, RFC 7636). */
export async function authorizationOf(config: client.Configuration, callback: string): Promise<{ url: string; errand: Errand }> {
  const errand = { state: client.randomState(), nonce: client.randomNonce(), verifier: client.randomPKCECodeVerifier() }
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: callback,
    scope: 'openid email profile',
    code_challenge: await client.calculatePKCECodeChallenge(errand.verifier),
    code_challenge_method: 'S256',
    state: errand.state,
    nonce: errand.nonce,
  })
  return { url: url.href, errand }
}

/** Exchanges the code that the browser brought back, and checks all that the provider signed. */
export async function vouchedBy(
  config: client.Configuration,
  callback: string,
  { query, errand }: { query: string; errand: Errand },
): Promise<Outcome<Vouched>> {
  try {
    const tokens = await client.authorizationCodeGrant(config, new URL(`${callback}?${query}`), {
      pkceCodeVerifier: errand.verifier,
      expectedState: errand.state,
      expectedNonce: errand.nonce,
      idTokenExpected: true,
    })
    const claims = tokens.claims()!
    // Some providers put the address only where it is asked for.
    const more =
      typeof claims['email'] === 'string' ? claims : { ...claims, ...(await client.fetchUserInfo(config, tokens.access_token, claims.sub)) }
    const { email, email_verified: verified, name } = more
    if (typeof email !== 'string' || email === '') return refuse(NO_EMAIL)
    if (verified !== true && verified !== 'true') return refuse(UNVERIFIED)
    const lower = email.toLowerCase()
    return {
      subject: `${claims.iss}|${claims.sub}`,
      email: lower,
      name: typeof name === 'string' && name.trim() !== '' ? name.trim().slice(0, 120) : lower,
    }
  } catch (error) {
    return refuse({ code: 'provider.refused', status: 403, title: 'The provider did not let you in.', detail: reasonOf(error) })
  }
}

const NO_EMAIL: Problem = { code: 'provider.no-email', status: 403, title: 'The provider gave no e-mail address.' }
const UNVERIFIED: Problem = { code: 'provider.unverified', status: 403, title: 'The provider has not verified the e-mail address.' }
