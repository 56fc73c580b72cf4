/**
 * The map of personal data: for each table of both databases whose data it holds, and how these are exported and erased.
 * A table that is missing here fails CI (`personal-data.test.ts`). Whoever adds a table adds its line.
 */
export type Holding =
  /** Nothing about people of the audience: settings, counts, positions. */
  | { readonly kind: 'nobody'; readonly holds: string }
  /** Data of those who work with Cadenza; they are no audience, and members are removed by the administrator. */
  | { readonly kind: 'staff'; readonly holds: string }
  /** Holds at most the id of somebody, as a place to go on from; overwritten as the work goes on. */
  | { readonly kind: 'place'; readonly holds: string }
  /** Gone by itself soon, and unreadable or of no person until then. */
  | { readonly kind: 'fleeting'; readonly holds: string; readonly within: string }
  /** Proof that stays: it names people by pseudonym only. */
  | { readonly kind: 'proof'; readonly holds: string; readonly pseudonym: string }
  /** Rows about one person, found by `of`. */
  | Rows
  /** Erased by a step of its own, because rows of several people lie together. */
  | { readonly kind: 'mixed'; readonly holds: string; readonly step: 'log' | 'facts' | 'identity' | 'keys' | 'suppressions' }

export interface Rows {
  readonly kind: 'rows'
  readonly holds: string
  readonly of: Finding
  /** Whole rows go, or these columns are emptied (SQL literals) so that counts stay right. */
  readonly erase: 'delete' | Readonly<Record<string, string>>
  /** Columns that an export shows; `none` where another source says the same. */
  readonly export: 'all' | 'none' | readonly string[]
}

/** How rows of a person are found: by any of these. */
export interface Finding {
  /** Columns that hold a profile id. */
  readonly profile?: readonly string[]
  /** Columns that hold an identifier (an address, a telephone number, a user id), in any case of letters. */
  readonly identifier?: readonly string[]
  /** Columns with text or JSON in which a profile id or an identifier may be mentioned. */
  readonly mention?: readonly string[]
}

/** Tables of PostgreSQL. */
export const POSTGRES: Readonly<Record<string, Holding>> = {
  // platform: the road
  schema_migrations: { kind: 'nobody', holds: 'which migrations were applied' },
  log_heads: { kind: 'nobody', holds: 'the end of each partition' },
  log: { kind: 'mixed', holds: 'every event as it came', step: 'log' },
  leases: { kind: 'nobody', holds: 'which worker has which partition' },
  workers: { kind: 'nobody', holds: 'living processes' },
  keyed_state: {
    kind: 'rows',
    holds:
      'who a person is, what they did, permits, journeys they stand in, what models keep of them (features, hours, order of events, scores)',
    of: { profile: ['id'] },
    erase: 'delete',
    export: ['state'],
  },
  outbox: {
    kind: 'rows',
    holds: 'messages queued and sent: address, data they are made of',
    of: { profile: ['profile_id'], identifier: ['address'] },
    erase: 'delete',
    export: ['id', 'channel', 'address', 'topic', 'status', 'reason', 'payload', 'created_at', 'settled_at'],
  },
  fact_blocks: { kind: 'mixed', holds: 'facts on their way to ClickHouse', step: 'facts' },
  fact_projection: { kind: 'nobody', holds: 'which blocks are on their way' },
  fact_rejects: {
    kind: 'rows',
    holds: 'facts that ClickHouse did not understand',
    of: { mention: ['line', 'error'] },
    erase: 'delete',
    export: ['line'],
  },
  dead_letters: {
    kind: 'rows',
    holds: 'events whose handling failed',
    of: { profile: ['key'], mention: ['record'] },
    erase: 'delete',
    export: ['record', 'at'],
  },
  approval_requests: {
    kind: 'proof',
    holds: 'what somebody wanted approved, and why it needed people',
    pseudonym: 'profile ids of rendered examples and of held runs; the examples themselves are rendered anew each time',
  },
  approval_decisions: { kind: 'staff', holds: 'who approved or rejected what' },
  approval_executions: { kind: 'staff', holds: 'what was carried out with an approval, by whom' },
  approved_documents: { kind: 'nobody', holds: 'when each document was last carried out with an approval' },
  document_authors: { kind: 'staff', holds: 'who wrote which texts, by hash' },
  identities: { kind: 'mixed', holds: 'identifiers of a person', step: 'identity' },
  merged_profiles: { kind: 'mixed', holds: 'profiles that turned out to be one person', step: 'identity' },
  carriers: { kind: 'nobody', holds: 'how far NATS was carried' },
  carried_messages: { kind: 'nobody', holds: 'random ids of messages of NATS' },
  carrier_rejects: {
    kind: 'rows',
    holds: 'messages of NATS that could not be appended',
    of: { mention: ['body', 'error'] },
    erase: 'delete',
    export: 'none',
  },
  test_addresses: { kind: 'staff', holds: 'addresses of colleagues that test messages may go to' },
  schema_floor: { kind: 'nobody', holds: 'which versions may write' },
  facts_home: { kind: 'nobody', holds: 'where the built-in ClickHouse lies' },
  provider_days: { kind: 'nobody', holds: 'what went through a provider in a day' },
  sending_hours: { kind: 'nobody', holds: 'how many mails left from a domain in an hour' },
  sending_identities: { kind: 'nobody', holds: 'how the name of a domain stands' },
  delivery_troubles: {
    kind: 'rows',
    holds: 'which messages bounced or were complained of, for 40 days',
    of: { identifier: ['address'] },
    erase: { address: `''` },
    export: ['kind', 'address', 'at'],
  },
  provider_states: { kind: 'nobody', holds: 'how a provider is' },
  early_receipts: { kind: 'fleeting', holds: 'receipts that came before their message was settled', within: '5 minutes' },
  suppressions: { kind: 'mixed', holds: 'addresses that must not be written to', step: 'suppressions' },
  definition_places: { kind: 'nobody', holds: 'where revisions stand on the log' },
  report_runs: { kind: 'staff', holds: 'when saved reports were made, and who asked' },
  report_deliveries: { kind: 'staff', holds: 'where they were taken: addresses of members' },
  report_files: { kind: 'nobody', holds: 'reports as files: counts and names of documents, nobody of the audience' },
  documents: { kind: 'staff', holds: 'authored things; whoever wrote them may have put a person into an example' },
  document_changes: { kind: 'staff', holds: 'states of drafts; whoever wrote them may have put a person into an example' },
  comments: { kind: 'staff', holds: 'what colleagues say beside documents; whoever wrote it may have named a person' },
  mail_choices: { kind: 'staff', holds: 'which mails a member does not want' },
  notifications: { kind: 'staff', holds: 'what members were told, for 90 days' },
  presence: { kind: 'staff', holds: 'windows in which a document is open, for seconds' },
  document_revisions: { kind: 'staff', holds: 'who made what live' },
  document_counter: { kind: 'nobody', holds: 'the last revision' },
  workspace_keys: { kind: 'nobody', holds: 'the key that wraps people’s keys, sealed' },
  subject_keys: { kind: 'mixed', holds: 'each person’s key, sealed', step: 'keys' },
  // workspaces
  workspaces: { kind: 'staff', holds: 'tenants' },
  auth_people: { kind: 'staff', holds: 'who signs in' },
  auth_sessions: { kind: 'staff', holds: 'who is signed in' },
  auth_accounts: { kind: 'staff', holds: 'how they prove who they are' },
  auth_verifications: { kind: 'staff', holds: 'links that prove an address' },
  auth_second_factors: { kind: 'staff', holds: 'what they have beside a password, sealed and hashed' },
  auth_resets: { kind: 'staff', holds: 'links for a new password, hashed' },
  sign_in_settings: { kind: 'nobody', holds: 'how people come into a workspace' },
  auth_rate_limits: { kind: 'staff', holds: 'tries to sign in, for a day' },
  members: { kind: 'staff', holds: 'roles' },
  invitations: { kind: 'staff', holds: 'who was invited' },
  keys: { kind: 'staff', holds: 'keys of the API, hashed' },
  secrets: { kind: 'staff', holds: 'secrets of providers, sealed' },
  consent_modes: { kind: 'nobody', holds: 'opt-in or opt-out' },
  audit_lines: {
    kind: 'proof',
    holds: 'who did what in Cadenza',
    pseudonym: 'objects are named by profile id, never by address or number',
  },
  audit_intents: { kind: 'staff', holds: 'what somebody is doing just now' },
  archive: {
    kind: 'rows',
    holds: 'what was sent, sealed with the person’s key; hashes, versions and reasons in the open',
    of: { profile: ['profile_id'] },
    erase: { sealed: `''::bytea`, address_hash: `''` },
    export: ['effect_id', 'channel', 'status', 'at', 'content_hash', 'about'],
  },
  archive_skeletons: { kind: 'nobody', holds: 'what messages of a template have in common' },
  idempotency_keys: { kind: 'fleeting', holds: 'answers kept for repeats, sealed', within: '25 hours' },
  experiment_results: { kind: 'nobody', holds: 'what experiments have shown' },
  guardrail_crossings: { kind: 'nobody', holds: 'which guardrails of experiments were crossed, and what was done' },
  samples: { kind: 'nobody', holds: 'which workspaces have made-up people' },
  // consent
  consent_imports: {
    kind: 'rows',
    holds: 'files of consents until they are read through; refused rows with their text',
    of: { mention: ['faults'] },
    erase: { faults: `'[]'`, content: 'null' },
    export: ['name', 'began_at'],
  },
  // content
  products: { kind: 'nobody', holds: 'what is sold' },
  product_prices: { kind: 'nobody', holds: 'how prices went' },
  product_pairs: { kind: 'nobody', holds: 'what is bought together, as counts' },
  product_feeds: { kind: 'nobody', holds: 'how far the fetching of product feeds has come' },
  coupon_codes: {
    kind: 'rows',
    holds: 'coupon codes and whom they were given to; a code stays given when its person is erased',
    of: { profile: ['profile_id'] },
    erase: { profile_id: `''` },
    export: ['pool', 'code', 'status', 'at', 'redeemed_at'],
  },
  live_contents: {
    kind: 'rows',
    holds: 'what was chosen and fetched for a message',
    of: { profile: ['profile_id'] },
    erase: 'delete',
    export: ['template', 'content', 'at'],
  },
  // decisions
  budget_periods: { kind: 'nobody', holds: 'what budgets have spent' },
  budget_prices: { kind: 'nobody', holds: 'prices of budgets' },
  budget_reservations: {
    kind: 'rows',
    holds: 'what a message took of a budget, for some weeks; sums stay when its person is erased',
    of: { profile: ['profile_id'] },
    erase: 'delete',
    export: ['budget', 'channel', 'cost', 'state', 'at'],
  },
  model_snapshots: { kind: 'nobody', holds: 'what models have learned: weights and counts, of nobody in particular' },
  offer_responses: { kind: 'nobody', holds: 'what offers do to people on the whole: effects and words, of nobody in particular' },
  policy_evaluations: { kind: 'nobody', holds: 'what policies would have earned: counts and averages, of nobody in particular' },
  model_training: { kind: 'nobody', holds: 'how training goes' },
  learning_hours: { kind: 'nobody', holds: 'how long models learned' },
  // measurement
  value_fits: { kind: 'nobody', holds: 'how people buy on the whole: parameters and counts, of nobody in particular' },
  cost_entries: { kind: 'staff', holds: 'what somebody entered into the ledger of costs; sums of nobody in particular' },
  work_marks: {
    kind: 'staff',
    holds: 'when a colleague opened, saved or decided something, for 400 days, while an hour of work has a price',
  },
  // segments
  segment_watches: { kind: 'nobody', holds: 'which conditions are watched' },
  segment_builds: { kind: 'place', holds: 'how far the past was brought in' },
  list_imports: {
    kind: 'rows',
    holds: 'files that were imported; refused rows with their text',
    of: { mention: ['faults'] },
    erase: { faults: `'[]'` },
    export: ['list_id', 'file_name', 'began_at'],
  },
  list_import_parts: { kind: 'fleeting', holds: 'files of people, until they are read through', within: 'minutes' },
  people_told: { kind: 'place', holds: 'how far ClickHouse was told of people' },
  // journeys
  journey_edits: { kind: 'nobody', holds: 'what a publish said about people inside' },
  journey_modes: { kind: 'nobody', holds: 'pauses and stops' },
  journey_impacts: { kind: 'nobody', holds: 'counts of people by step' },
  journey_sweeps: { kind: 'place', holds: 'how far a sweep has come' },
  // app
  broadcasts: { kind: 'place', holds: 'how far a broadcast has come' },
  backtests: {
    kind: 'rows',
    holds: 'tries on the past, with the timelines of some people',
    of: { mention: ['result'] },
    erase: { result: 'null', status: `'failed'`, error: `'a person of its examples was erased: try it again'` },
    export: 'none',
  },
  erasures: {
    kind: 'proof',
    holds: 'erasures and their receipts; who it is lies sealed in it while one runs',
    pseudonym: 'HMAC of the profile ids',
  },
  // channels
  mailbox: {
    kind: 'rows',
    holds: 'mail in the built-in mailbox',
    of: { identifier: ['recipient'], mention: ['subject', 'preview', 'raw'] },
    erase: 'delete',
    export: ['recipient', 'sender', 'subject', 'preview', 'at'],
  },
  held_events: {
    kind: 'rows',
    holds: 'events that were not accepted or lie in quarantine, as they came, for 30 days',
    of: { mention: ['body'] },
    erase: 'delete',
    export: ['name', 'received', 'body'],
  },
  source_hours: { kind: 'nobody', holds: 'how many events came by which source, by hour' },
  webhook_attempts: {
    kind: 'rows',
    holds: 'calls of webhooks with the beginning of their answers, for 30 days',
    of: { profile: ['profile_id'], mention: ['excerpt'] },
    erase: 'delete',
    export: ['at', 'url', 'status', 'excerpt'],
  },
  webhook_secrets: { kind: 'nobody', holds: 'which generation of the signing secret is in force' },
  inbox: {
    kind: 'rows',
    holds: 'messages in the inbox of the app or site',
    of: { profile: ['profile_id'] },
    erase: 'delete',
    export: ['title', 'body', 'url', 'at', 'seen_at', 'read_at', 'clicked_at', 'dismissed_at'],
  },
}

/** Tables of ClickHouse: rows of a person are found by a column, deleted, and their parts rewritten. */
export type FactHolding =
  | { readonly kind: 'nobody'; readonly holds: string }
  | { readonly kind: 'rows'; readonly holds: string; readonly profile: string; readonly export: readonly string[] }

export const CLICKHOUSE: Readonly<Record<string, FactHolding>> = {
  verdicts: {
    kind: 'rows',
    holds: 'what rules of law said of a person’s messages, with the evidence',
    profile: 'profile_id',
    export: ['at', 'stage', 'outcome', 'channel', 'category', 'policy', 'policy_version', 'citation', 'reason', 'evidence', 'policies'],
  },
  schema_migrations: { kind: 'nobody', holds: 'which migrations were applied' },
  events: {
    kind: 'rows',
    holds: 'what a person did',
    profile: 'profile_id',
    export: [
      'at',
      'type',
      'name',
      'properties',
      'verdict',
      'received',
      'message_id',
      'utm_source',
      'utm_medium',
      'utm_campaign',
      'referrer',
    ],
  },
  violations: {
    kind: 'rows',
    holds: 'how a person’s events broke the tracking plan; no values',
    profile: 'profile_id',
    export: ['at', 'name', 'kind', 'property', 'says'],
  },
  transitions: {
    kind: 'rows',
    holds: 'the way of a person through journeys',
    profile: 'profile_id',
    export: ['at', 'journey_id', 'version', 'kind', 'from_step', 'to_step', 'reason', 'arm', 'value'],
  },
  deliveries: {
    kind: 'rows',
    holds: 'what became of messages to a person',
    profile: 'profile_id',
    export: ['at', 'journey_id', 'step_id', 'channel', 'topic', 'template', 'status', 'reason'],
  },
  exposures: {
    kind: 'rows',
    holds: 'what a person was shown in the slots of messages',
    profile: 'profile_id',
    export: ['at', 'template', 'slot', 'variant', 'item'],
  },
  assignments: {
    kind: 'rows',
    holds: 'which arm of hold-outs and experiments a person is in',
    profile: 'profile_id',
    export: ['at', 'kind', 'experiment', 'version', 'period', 'arm', 'share', 'journey_id', 'step_id'],
  },
  decisions: {
    kind: 'rows',
    holds: 'what was chosen for a person',
    profile: 'profile_id',
    export: ['at', 'journey_id', 'step_id', 'arm', 'propensity', 'model', 'decided_by', 'silence', 'record'],
  },
  predictions: {
    kind: 'rows',
    holds: 'what models said of a person, with what they were told',
    profile: 'profile_id',
    export: ['at', 'model', 'score', 'features', 'cause'],
  },
  people: {
    kind: 'rows',
    holds: 'attributes, permits, lists and scores of a person',
    profile: 'profile_id',
    export: ['at', 'attributes', 'permits', 'lists', 'scores'],
  },
  consents: {
    kind: 'rows',
    holds: 'what a person allowed and forbade, with what shows it',
    profile: 'profile_id',
    export: [
      'captured_at',
      'channel',
      'topic',
      'status',
      'effective',
      'reason',
      'basis',
      'source',
      'method',
      'wording',
      'wording_version',
      'wording_hash',
      'locale',
      'address',
      'ip',
      'user_agent',
      'url',
      'jurisdiction',
      'controller',
      'by',
      'expires_at',
      'proof_ref',
    ],
  },
  memberships: {
    kind: 'rows',
    holds: 'segments that a person came into and left',
    profile: 'profile_id',
    export: ['at', 'segment_id', 'kind', 'reason'],
  },
}
