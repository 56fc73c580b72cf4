import { type Outcome, refuse } from '#lib/problem.ts'
import { BUILT_IN, Metric } from '../metrics/schema.ts'
import type { ReportParts } from '../reports/kind.ts'
import { LifetimeValue, Pipeline } from './schema.ts'

const unknown = (what: string, id: string, at: string) =>
  refuse({ code: `${what}.unknown`, status: 404, title: `There is no ${what} "${id}".`, hint: 'Publish it, or name another.', at })

/** A metric of the workspace, or one that is always there. */
export async function metricNamed({ ports, workspace }: Pick<ReportParts, 'ports' | 'workspace'>, id: string): Promise<Outcome<Metric>> {
  const known = BUILT_IN.get(id) ?? Metric.safeParse(await ports.document(workspace, 'metric', id)).data
  return known ?? unknown('metric', id, '/metric')
}

export async function pipelineNamed(
  { ports, workspace }: Pick<ReportParts, 'ports' | 'workspace'>,
  id: string,
): Promise<Outcome<Pipeline>> {
  return Pipeline.safeParse(await ports.document(workspace, 'pipeline', id)).data ?? unknown('pipeline', id, '/pipeline')
}

export async function lifetimeValueNamed(
  { ports, workspace }: Pick<ReportParts, 'ports' | 'workspace'>,
  id: string,
): Promise<Outcome<LifetimeValue>> {
  return LifetimeValue.safeParse(await ports.document(workspace, 'lifetime-value', id)).data ?? unknown('lifetime-value', id, '/value')
}
