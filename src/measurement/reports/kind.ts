import type { z } from 'zod'
import type { Action, InputOf, OutputOf } from '#lib/action.ts'
import type { Outcome } from '#lib/problem.ts'
import type { CostReport, CostsAsked, ReturnsAsked, ReturnsReport } from '../cost/api.ts'
import type { Definition, Told } from './told.ts'

/** ClickHouse as a report sees it (`platform/analytics`): rows of one SELECT, its `{name:Type}` places bound. */
export interface Facts {
  query<Row>(sql: string, params?: Readonly<Record<string, Bound>>): Promise<Row[]>
}
export type Bound = string | number | boolean | readonly string[] | readonly number[]

/** What a report reads beside facts; each is asked only by the reports that need it. */
export interface Ports {
  /** Standing of the workspace's sending domains, and what is asked of them. */
  readonly sending: (workspace: string) => Promise<readonly SendingDomain[]>
  /** What the newest snapshots of a workspace's models of a type say of themselves. */
  readonly models: (workspace: string, type: string) => Promise<readonly ModelSays[]>
  /** Warm-up plans of providers, with what today may have and has had. */
  readonly warmUps: (workspace: string) => Promise<readonly WarmingUp[]>
  /** What an action of measurement answers: reports that are read elsewhere are told here again, not reckoned again. */
  readonly ask: <A extends Action>(workspace: string, action: A, input: InputOf<A>) => Promise<Outcome<OutputOf<A>>>
  /** The live document of a kind and id, as its schema gives it; undefined: there is none. */
  readonly document: (workspace: string, kind: string, id: string) => Promise<unknown>
  /** What was learned last by a document `lifetime-value`, as `value/fits-store.ts` keeps it; undefined: nothing yet. */
  readonly valueFit: (workspace: string, id: string) => Promise<unknown>
  /** The ledger of costs, and what was returned, as `cost/` tells them. */
  readonly costs: (workspace: string, asked: CostsAsked) => Promise<Outcome<CostReport>>
  readonly returns: (workspace: string, asked: ReturnsAsked) => Promise<Outcome<ReturnsReport>>
}
export interface SendingDomain {
  readonly domain: string
  readonly state: 'good' | 'warned' | 'paused'
  /** `complaints`, `bounces`, `refusals`; '' when good. */
  readonly cause: string
  readonly sent: number
  readonly complaints: number
  readonly bounces: number
  readonly refusals: number
}
export interface ModelSays {
  readonly model: string
  readonly snapshot: number
  /** Epoch ms. */
  readonly trainedTo: number
  readonly report: Readonly<Record<string, unknown>>
}
export interface WarmingUp {
  readonly provider: string
  /** Messages that today (UTC) may have; null: the plan is over. */
  readonly allowance: number | null
  readonly sentToday: number
}

/** What every report is given. */
export interface ReportParts {
  readonly facts: Facts
  readonly ports: Ports
  readonly workspace: string
  /** Epoch ms: when the report is read. */
  readonly now: number
}

/** What one thing that a number counts is. */
export type Unit = 'people' | 'messages' | 'runs' | 'moves' | 'decisions'

/**
 * The things behind the numbers of a report, one row each: `profile_id, of, at (epoch ms), step, reason, key` (unique), and the `dims` that the
 * numbers are cut by. Numbers are counted over this very query, so whoever lists it finds as many rows as the number says.
 */
export interface Listing {
  readonly sql: string
  readonly params: Readonly<Record<string, Bound>>
}
export interface ListKind<Input> {
  readonly unit: Unit
  /** Columns of the query that can be asked for; their values are compared as text. */
  readonly dims: (input: Input) => readonly string[]
  /** A refusal where the report itself is refused: it names something that is not there. */
  readonly listing: (parts: ReportParts, input: Input) => Listing | Promise<Outcome<Listing>>
}

/**
 * One report: a file of its own, and one line in `registry-store.ts`. What it tells can be shown, saved, scheduled and exported without
 * knowing which one it is.
 */
export interface ReportKind<Input extends z.ZodType = z.ZodType> {
  /** `channels`, `journey-funnel`, …: stable, it stands in saved reports. */
  readonly id: string
  readonly title: string
  /** The question that it answers, as a marketer asks it. */
  readonly question: string
  readonly input: Input
  /** Words of the report beside its numbers. */
  readonly definitions: readonly Definition[]
  /** By name: what `Column.behind` refers to. */
  readonly lists: Readonly<Record<string, ListKind<z.output<Input>>>>
  /** Refusals are for what is asked of things that are not there. */
  readonly run: (parts: ReportParts, input: z.output<Input>) => Promise<Outcome<Told>>
}

/** A kind in the registry, whatever its input. */
export type AnyReport = ReportKind<z.ZodType>

/** Keeps the type of the input between `input` and `run`. */
export const reportKind = <Input extends z.ZodType>(kind: ReportKind<Input>): ReportKind<Input> => kind
