import { type Analytics, AnalyticsError } from './analytics.ts'

/** For a process without facts of its own: another one has the built-in ClickHouse. Every question is refused in words. */
export function elsewhere(): Analytics {
  const refuse = (): Promise<never> =>
    Promise.reject(
      new AnalyticsError(
        'This process has no reports: the built-in ClickHouse belongs to the process with the roles web and jobs. Ask that one, or set CLICKHOUSE_URL.',
        {
          code: 0,
        },
      ),
    )
  return { query: refuse, command: refuse, insert: refuse, purge: refuse, close: () => Promise.resolve() }
}
