import type { z } from 'zod'

/** `METHOD /path/:param`; params, query and body are merged into one input. */
export type Route = `${'GET' | 'POST' | 'PUT' | 'DELETE'} /${string}`

/** What a principal must hold to call an action; `public` needs none. */
export type Permission =
  | 'public'
  /** One's own account and the way into a workspace: also while the workspace itself is closed to one. */
  | 'self'
  | 'signed-in'
  | 'workspace:admin'
  | 'documents:read'
  | 'documents:write'
  | 'journeys:read'
  /** Make a definition live. */
  | 'publish'
  /** Let messages leave now: a broadcast on its way, a report that is sent at once. */
  | 'send'
  | 'people:read'
  | 'people:write'
  | 'messages:read'
  | 'messages:replay'
  | 'reports:read'
  /** Keep reports under a name, say when they are made and which members get them. */
  | 'reports:save'
  | 'approvals:decide'
  | 'messages:test'
  | 'consent:read'
  | 'consent:write'
  | 'people:erase'
  | 'people:export'
  | 'policies:publish'
  | 'audit:read'
  | 'models:read'
  | 'models:write'
  /** Tracking plan, sources, data quality, dead letters: to look at. */
  | 'data:read'
  /** The same to change: the plan, replays, webhooks; and the stream of events as they come. */
  | 'data:write'
  /** Keys within one's own permissions; secret ones of others are an administrator's. */
  | 'keys:write'

/**
 * One declared action gives the route, its validation, the OpenAPI operation, the typed UI call,
 * the permission, the audit line and the agent's tool.
 */
export interface Action<Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType> {
  /** `area.verb`, unique. */
  readonly name: string
  /** One sentence for people, agents and the reference page. */
  readonly does: string
  readonly may: Permission
  readonly route: Route
  readonly input: Input
  readonly output: Output
  /** Query and path values arrive as text: coerce in the schema. */
  readonly audited?: boolean
  /** Bytes that the body may have; left out: what the server takes by default (1 MiB). */
  readonly largestBody?: number
  /** Of a success; left out: 200. 202: it was accepted, and what becomes of it shows later. */
  readonly status?: 202
  /** The answer is a stream of server-sent events; `output` is the data of each. */
  readonly streams?: boolean
  /** The answer is a file of this content type; `output` says nothing then. */
  readonly downloads?: string
}

export const action = <Input extends z.ZodType, Output extends z.ZodType>(declared: Action<Input, Output>): Action<Input, Output> =>
  declared

export type InputOf<A extends Action> = z.output<A['input']>
export type OutputOf<A extends Action> = z.output<A['output']>
