import type { Queryable } from '../log.ts'

export interface AuditNote {
  /** `journey:welcome`, `key:wk_…`: ids only, never an address of a person. */
  readonly object: string
  readonly before?: string
  readonly after?: string
}

export interface AuditEntry extends AuditNote {
  readonly workspace: string
  /** `person:<id>`, `key:<id>`, or `system:<part>`. */
  readonly actor: string
  readonly action: string
  readonly requestId: string
}

/** An action that has begun: durable before anything changed. */
export interface Begun {
  /** Adds the line, and takes back that it had only begun. */
  done(entry: AuditEntry): Promise<void>
  /** It was refused: nothing happened. */
  nothing(): Promise<void>
}

/** Where the lines of audited actions go. */
export interface AuditTrail {
  /** Says that an action begins. If the process ends before `done`, a line tells that it may have happened. */
  begin(entry: AuditEntry): Promise<Begun>
  /** Adds a line in the caller's transaction; the last thing in it. */
  within(tx: Queryable, entry: AuditEntry): Promise<void>
  /** Adds a line of something that is told by nothing else. */
  write(entry: AuditEntry): Promise<void>
}
