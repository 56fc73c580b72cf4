import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse, parseAllDocuments } from 'yaml'
import { readConfig } from '#platform/config.ts'
import { SETTINGS } from '#platform/settings.ts'
import { render, type Scope } from './render.ts'

const ROOT = join(import.meta.dirname, '../..')
const CHART = join(ROOT, 'deploy/helm/cadenza')
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const ROLES = ['ingest', 'engine', 'delivery', 'web', 'jobs']

interface Service {
  readonly image: string
  readonly environment?: Readonly<Record<string, string>>
  readonly command?: readonly string[]
  readonly depends_on?: Readonly<Record<string, unknown>>
  readonly volumes?: readonly string[]
  readonly ports?: readonly string[]
  readonly healthcheck?: object
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>
  readonly volumes: Readonly<Record<string, unknown>>
}
const compose = (path: string): Compose => parse(read(path), { merge: true }) as Compose

/** What the shell puts in: `${NAME:?why}`, `${NAME:-default}`. */
const filled = (text: string): string =>
  text.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1').replaceAll(/\$\{(\w+):\?[^}]*\}/g, '$1-$1-$1-$1-$1-$1-$1-$1')

for (const path of ['compose.yaml', 'compose.small.yaml']) {
  test(`${path}: every process starts with settings that Cadenza takes, and everything named is there`, () => {
    const { services, volumes } = compose(path)
    for (const [name, { environment, image, depends_on, volumes: mounts = [] }] of Object.entries(services)) {
      for (const other of Object.keys(depends_on ?? {}))
        assert.ok(services[other]?.healthcheck, `${name} waits for ${other}, which says nothing about its health`)
      for (const mount of mounts) assert.ok(mount.split(':')[0]! in volumes, `${name} mounts ${mount}`)
      if (!image.startsWith('cadenza')) continue
      for (const setting of Object.keys(environment ?? {}))
        assert.ok(setting in SETTINGS, `${name} sets ${setting}, which is not a setting`)
      readConfig(Object.fromEntries(Object.entries(environment ?? {}).map(([setting, text]) => [setting, filled(text)])))
    }
  })
}

test('compose.yaml: each role is one service, and all of them share the same databases and three NATS servers', () => {
  const { services } = compose('compose.yaml')
  const ours = Object.values(services).filter(({ image }) => image.startsWith('cadenza'))
  assert.deepEqual(ours.map(({ environment }) => environment!['ROLES']).sort(), [...ROLES].sort())
  for (const name of ['DATABASE_URL', 'CLICKHOUSE_URL', 'NATS_URL', 'SECRET_KEY', 'PARTITIONS'])
    assert.equal(new Set(ours.map(({ environment }) => environment![name])).size, 1, name)
  const servers = ours[0]!.environment!['NATS_URL']!.split(',').map((url) => new URL(url).hostname)
  assert.deepEqual(
    servers.filter((host) => !services[host]),
    [],
  )
  const wanted = ours.length * Number(ours[0]!.environment!['DATABASE_CONNECTIONS'])
  const allowed = Number(/max_connections=(\d+)/.exec(services['postgres']!.command!.join(' '))?.[1])
  assert.ok(wanted + 20 <= allowed, `${wanted} connections, ${allowed} allowed`)
})

/** Every match of the first group. */
const all = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, found = '']) => found)

test('Dockerfile: not as root, its health asked where the server answers, and only what is there is copied', () => {
  const text = read('Dockerfile')
  assert.match(text, /^USER 10001:10001$/m)
  assert.match(text, /HEALTHCHECK.*\/healthz/s)
  assert.match(read('src/platform/http/server.ts'), /server\.get\('\/healthz'/)
  const env = all(text, /^ENV (.*)$/gm).flatMap((line) => all(line, /(\w+)=/g))
  for (const name of env) assert.ok(name in SETTINGS || ['PATH', 'NODE_ENV'].includes(name), name)
  const copied = all(text, /^COPY (?!--from)([\w/]+) [\w/]+$/gm)
  assert.ok(copied.includes('src') && copied.includes('migrations'))
  for (const path of copied) assert.ok(existsSync(join(ROOT, path)), path)
})

type Manifest = Scope & { readonly kind: string; readonly metadata: { readonly name: string }; readonly spec: never }

function chart(more: Scope = {}): Manifest[] {
  const values = { ...(parse(readFileSync(join(CHART, 'values.yaml'), 'utf8')) as Scope), ...more }
  const root = { Values: values, Release: { Name: 'shop' }, Chart: { AppVersion: '0.1.0' } }
  const defines = new Map()
  const files = readdirSync(join(CHART, 'templates')).sort()
  return files.flatMap((name) => {
    const text = render(readFileSync(join(CHART, 'templates', name), 'utf8'), { root, defines })
    if (!name.endsWith('.yaml')) return []
    return parseAllDocuments(text).flatMap((document) => {
      assert.deepEqual(document.errors, [], `${name}\n${text}`)
      return (document.toJS() as Manifest | null) ?? []
    })
  })
}
const SECRET = {
  existing: '',
  values: {
    SECRET_KEY: 'k'.repeat(48),
    DATABASE_URL: 'postgres://db/cadenza',
    CLICKHOUSE_URL: 'http://facts:8123',
    NATS_URL: 'nats://a:4222,nats://b:4222',
    SMTP_URL: '',
  },
}
const given = { publicUrl: 'https://cadenza.example', secret: SECRET }

interface PodSpec {
  readonly securityContext: { readonly runAsNonRoot: boolean; readonly runAsUser: number }
  readonly containers: readonly {
    readonly image: string
    readonly env: readonly { readonly name: string; readonly value: string }[]
    readonly envFrom: readonly { readonly secretRef: { readonly name: string } }[]
    readonly ports: readonly { readonly containerPort: number }[]
    readonly readinessProbe: { readonly httpGet: { readonly path: string } }
  }[]
}

test('the chart: one deployment for each role, with settings that Cadenza takes, probes that exist, and no root', () => {
  const manifests = chart(given)
  const secret = manifests.find(({ kind }) => kind === 'Secret') as unknown as {
    metadata: { name: string }
    stringData: Record<string, string>
  }
  const deployments = manifests.filter(({ kind }) => kind === 'Deployment')
  assert.deepEqual(deployments.map(({ metadata }) => metadata.name).sort(), ROLES.map((role) => `shop-${role}`).sort())
  for (const { spec } of deployments) {
    const pod = (spec as { template: { spec: PodSpec } }).template.spec
    const container = pod.containers[0]!
    const settings = { ...Object.fromEntries(container.env.map(({ name, value }) => [name, value])), ...secret.stringData }
    for (const name of Object.keys(settings)) assert.ok(name in SETTINGS, `${name} is not a setting`)
    const config = readConfig(settings)
    assert.equal(config.roles.size, 1)
    assert.equal(container.envFrom[0]!.secretRef.name, secret.metadata.name)
    assert.equal(container.image, 'cadenza:0.1.0')
    assert.equal(container.ports[0]!.containerPort, config.port)
    assert.equal(container.readinessProbe.httpGet.path, '/readyz')
    assert.ok(pod.securityContext.runAsNonRoot)
  }
})

test('the chart: what scales has no fixed number, what may be drained keeps one, and every name that is pointed at is there', () => {
  const manifests = chart({
    ...given,
    ingress: { enabled: true, host: 'cadenza.example', className: 'nginx', annotations: {}, tlsSecret: '' },
  })
  const named = (kind: string) => manifests.filter((each) => each.kind === kind)
  const names = new Set(manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`))
  const scalers = named('HorizontalPodAutoscaler').map(({ spec }) => (spec as { scaleTargetRef: { name: string } }).scaleTargetRef.name)
  assert.deepEqual(scalers.sort(), ['shop-delivery', 'shop-engine'])
  for (const { metadata, spec } of named('Deployment'))
    assert.equal('replicas' in (spec as object), !scalers.includes(metadata.name), metadata.name)
  assert.equal(named('PodDisruptionBudget').length, ROLES.length)
  const ingress = JSON.stringify(named('Ingress'))
  for (const service of all(ingress, /"service":\{"name":"([\w-]+)"/g)) assert.ok(names.has(`Service ${service}`), service)
  assert.equal(named('NetworkPolicy').length, 1)
})

test('the chart: a secret of one’s own is used instead, and what is missing is said in words', () => {
  const own = chart({ publicUrl: 'https://x.example', secret: { existing: 'mine', values: {} } })
  assert.ok(!own.some(({ kind }) => kind === 'Secret'))
  assert.match(JSON.stringify(own), /"secretRef":\{"name":"mine"\}/)
  assert.throws(() => chart({ secret: SECRET }), /publicUrl is required/)
  assert.throws(() => chart({ publicUrl: 'https://x.example' }), /SECRET_KEY is required/)
})
