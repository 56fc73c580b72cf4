/** Those that take longest, in their order. `npm test` names at its end which did: write a new one down here. */
export const LONGEST: readonly string[] = [
  'test/browser/every-screen.test.ts',
  'test/security/every-route-xss.test.ts',
  'test/browser/fresh.test.ts',
  'test/customers/measured.test.ts',
  'test/browser/reports.test.ts',
  'test/chaos/workers.test.ts',
  'test/browser/measurement.test.ts',
  'test/chaos/chaos.test.ts',
  'test/chaos/cluster.test.ts',
  'test/browser/studio.test.ts',
  'test/browser/shell.test.ts',
  'src/app/project-facts.test.ts',
  'test/browser/decisions.test.ts',
  'test/browser/audience.test.ts',
  'test/browser/publish.test.ts',
  'test/browser/approvals.test.ts',
  'test/browser/journeys.test.ts',
  'test/browser/home.test.ts',
  'test/customers/customers.test.ts',
  'test/roads/samples.test.ts',
  'test/security/routes.test.ts',
  'src/app/backup.test.ts',
  'test/browser/german-words.test.ts',
  'test/security/strangers.test.ts',
  'test/browser/campaigns.test.ts',
  'test/browser/story.test.ts',
  'test/roads/demo.test.ts',
  'test/security/xss-files.test.ts',
  'src/platform/postgres/embedded.test.ts',
  'test/sim/sim.test.ts',
]

/** Folders whose tests start servers or browsers: they come before the rest. */
const SERVERS = /^test\/(?:browser|chaos|customers|roads|security)\//

export function inOrder(files: readonly string[]): string[] {
  const rank = (file: string): number => {
    const listed = LONGEST.indexOf(file)
    if (listed >= 0) return listed
    return SERVERS.test(file) ? LONGEST.length : LONGEST.length + 1
  }
  return files.toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
}
