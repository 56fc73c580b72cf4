import type { z } from 'zod'
import { costs, returns } from '../cost/report-kinds.ts'
import { cohorts } from '../value/cohorts-store.ts'
import { journeyValue } from '../value/journey-value-store.ts'
import { pipeline } from '../value/pipeline-store.ts'
import { value } from '../value/report-store.ts'
import { retention } from '../value/retention-store.ts'
import { attribution } from './attribution.ts'
import { channels } from './channels-store.ts'
import { deliverability } from './deliverability-store.ts'
import { experiment } from './experiment.ts'
import { funnel } from './funnel-store.ts'
import { goal, goals, outcomes } from './goals.ts'
import type { AnyReport, ReportKind } from './kind.ts'
import { map } from './map-store.ts'
import { pressure } from './pressure-store.ts'
import { sendTime } from './send-time-store.ts'

/** What is asked is parsed by the report's own schema before it comes to it, so the type may be forgotten here. */
const any = <Input extends z.ZodType>(kind: ReportKind<Input>): AnyReport => kind as unknown as AnyReport

/** Every report there is, in the order in which they are listed. */
export const REPORTS: readonly AnyReport[] = [
  any(outcomes),
  any(goals),
  any(goal),
  any(experiment),
  any(attribution),
  any(funnel),
  any(map),
  any(channels),
  any(sendTime),
  any(pressure),
  any(deliverability),
  any(value),
  any(journeyValue),
  any(cohorts),
  any(retention),
  any(pipeline),
  any(costs),
  any(returns),
]

export const reportById = (id: string): AnyReport | undefined => REPORTS.find((report) => report.id === id)
