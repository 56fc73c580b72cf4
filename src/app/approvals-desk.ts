import type { Wanted } from '#approvals/api.ts'
import { assess } from '#approvals/assess.ts'
import { bindsAll, type Doc, withinBand } from '#approvals/closure.ts'
import { ApprovalPolicy, type Need, type Operation } from '#approvals/schema.ts'
import { identitiesOf } from '#approvals/sends.ts'
import { type Decider, type Jury, mayDecide, objection, type Standing, standing, stateAt } from '#approvals/standing.ts'
import {
  addExecution,
  approvedTimes,
  authorsAmong,
  lastBound,
  lockWaiting,
  moveRequest,
  noteAuthor,
  type RequestRow,
  settleDocuments,
  votesOn,
} from '#approvals/store.ts'
import type { Json } from '#lib/json.ts'
import type { Problem } from '#lib/problem.ts'
import { liveDocuments } from '#platform/documents.ts'
import type { Queryable } from '#platform/log.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import type { Asked, Publishing } from '#workspaces/documents/actions.ts'
import { ROLE_PERMISSIONS } from '#workspaces/schema.ts'
import { findWorkspace, listKeys, listMembers } from '#workspaces/store.ts'
import { type EvidenceParts, evidenceOf } from './approvals-evidence.ts'
import { audienceDrift, boundJourneys, drift, fragmentHashes, type Proposal, proposalOf } from './approvals-proposal.ts'
import { lockDocuments, versionAuthors } from './approvals-store.ts'

export interface DeskOptions extends EvidenceParts {
  readonly pool: Pool
  /** Sees all workspaces: people and roles. */
  readonly work: Pool
}

/** A proposal with everything that is known of it. */
export interface Judged {
  readonly proposal: Proposal
  readonly policies: readonly ApprovalPolicy[]
  readonly needs: readonly Need[]
  readonly evidence: Awaited<ReturnType<typeof evidenceOf>>['evidence']
  /** Some people who would get it. */
  readonly sample: readonly string[]
  readonly jury: Jury
}

export interface Asking {
  readonly workspace: string
  readonly wanted: Wanted
  readonly actor: string
  /** Of held runs: which ones wait. */
  readonly runs?: readonly string[]
  /** Whoever asked before; they are authors too. */
  readonly askedBy?: string
}

/** Where it is settled whether something needs people, and whether they have said yes to exactly this. */
export class ApprovalDesk {
  readonly options: DeskOptions

  constructor(options: DeskOptions) {
    this.options = options
  }

  /** Everything about a proposal, as of this transaction. Without a policy in force nothing is looked up. */
  async judge(tx: Queryable, { workspace, wanted, actor, runs, askedBy }: Asking): Promise<Judged> {
    const live = await liveDocuments(tx, workspace)
    const policies = live.filter(({ kind }) => kind === 'approval-policy').map(({ body }) => ApprovalPolicy.parse(body))
    const space = await findWorkspace(tx, workspace)
    const words = {
      consentMode: space?.consentMode ?? '',
      name: space?.name ?? '',
      postalAddress: space?.postalAddress ?? '',
      timezone: space?.timezone ?? '',
      currency: space?.currency ?? '',
    }
    const proposal = proposalOf(wanted, { live, words, ...(runs ? { runs } : {}) })
    const actors = await this.#authorsOf(tx, workspace, proposal)
    const all = [...actors, actor, ...(askedBy === undefined ? [] : [askedBy])]
    const about = { workspace, currency: words.currency, consentMode: space?.consentMode ?? 'opt-in', proposal, actors: all } as const
    const { evidence, sample } = await evidenceOf(this.options, tx, about)
    const needs = assess(policies, { ...evidence, operation: proposal.manifest.operation, touched: proposal.manifest.touched })
    const authors = new Set((await this.peopleBehind(tx, workspace, askedBy === undefined ? actors : [...actors, askedBy])).values())
    authors.delete('')
    return { proposal, policies, needs, evidence, sample, jury: { members: await this.members(workspace), authors, hash: proposal.hash } }
  }

  async members(workspace: string): Promise<Map<string, Decider>> {
    const members = await listMembers(this.options.work, workspace)
    return new Map(members.map(({ id, role }) => [id, { person: id, role, permissions: new Set<string>(ROLE_PERMISSIONS[role]) }]))
  }

  /** The person behind each actor: a key acts for whoever made it, also through another key; '' when nobody is known. */
  async peopleBehind(tx: Queryable, workspace: string, actors: readonly string[]): Promise<Map<string, string>> {
    const makers = actors.some((actor) => !actor.startsWith('person:'))
      ? new Map((await listKeys(tx, workspace)).map((key) => [`key:${key.id}`, key.createdBy]))
      : new Map<string, string>()
    const behind = (actor: string): string => {
      const seen = new Set<string>()
      let at: string | undefined = actor
      while (at !== undefined && !at.startsWith('person:') && !seen.has(at)) {
        seen.add(at)
        at = makers.get(at)
      }
      return at?.startsWith('person:') ? at.slice('person:'.length) : ''
    }
    return new Map(actors.map((actor) => [actor, behind(actor)]))
  }

  /** Actors who wrote any of it and were not approved since. What binds everything counts where it is touched or speaks here. */
  async #authorsOf(tx: Queryable, workspace: string, { manifest, bound, before, after, journeys }: Proposal): Promise<string[]> {
    const touched = new Set(manifest.touched.map(({ kind, id }) => `${kind}/${id}`))
    const speaking = new Set(identitiesOf(journeys, after).map(({ kind, id }) => `${kind}/${id}`))
    const counts = ({ kind, id }: Doc): boolean => !bindsAll(kind) || touched.has(`${kind}/${id}`) || speaking.has(`${kind}/${id}`)
    const archived = before.filter(
      ({ kind, id }) => touched.has(`${kind}/${id}`) && !after.some((each) => each.kind === kind && each.id === id),
    )
    const documents = [...bound.filter(counts), ...archived]
    const fragments = [...new Set(documents.flatMap(({ body }) => fragmentHashes(body)))]
    const approved = await approvedTimes(tx, workspace)
    const isSince = ({ kind, id, at }: { kind: string; id: string; at: number }): boolean => at > (approved.get(`${kind}/${id}`) ?? -1)
    const wrote = await authorsAmong(tx, workspace, { documents, fragments })
    const published = await versionAuthors(tx, workspace, documents)
    return [
      ...new Set([
        ...wrote.filter((each) => each.fragment || isSince(each)).map(({ actor }) => actor),
        ...published.filter(isSince).map(({ by }) => by),
      ]),
    ].sort()
  }

  /** Where a request stands by this judgement. */
  async standingOf(
    tx: Queryable,
    { workspace, request }: { workspace: string; request: string },
    { needs, jury }: Pick<Judged, 'needs' | 'jury'>,
  ): Promise<Standing> {
    return standing(needs, await votesOn(tx, workspace, request), jury)
  }

  /** A request of exactly this that enough people have approved, as they are now; it stays locked. */
  async approvalFor(
    tx: Queryable,
    { workspace, actor }: { workspace: string; actor: string },
    judged: Judged,
  ): Promise<RequestRow | undefined> {
    const { manifest, hash } = judged.proposal
    for (const request of await lockWaiting(tx, workspace)) {
      if (request.operation !== manifest.operation || request.hash !== hash) continue
      if (stateAt(request, this.options.now()) !== request.state) continue
      if (audienceDrift(request.evidence.reach, judged.evidence.reach).length > 0) continue
      const again = await this.judge(tx, {
        workspace,
        wanted: judged.proposal.wanted,
        actor,
        runs: manifest.runs,
        askedBy: request.requestedBy,
      })
      if ((await this.standingOf(tx, { workspace, request: request.id }, again)).approved) return request
    }
    return undefined
  }

  /** Notes that an approved request was carried out: it cannot be again. */
  async carriedOut(
    tx: Queryable,
    workspace: string,
    { request, judged, revision, by }: { request: RequestRow; judged: Judged; revision: number | null; by: string },
  ): Promise<void> {
    const at = this.options.now()
    const { proposal, evidence } = judged
    const moved = await moveRequest(tx, workspace, { id: request.id, from: ['open', 'approved'], to: 'executed', reason: '', at })
    if (!moved || request.hash !== proposal.hash) throw new Error(`The approval ${request.id} is not of what is carried out`)
    const journeys = boundJourneys(proposal, evidence.reach)
    await addExecution(tx, workspace, { request: request.id, revision, hash: proposal.hash, journeys, by, at })
    const fragments = [...new Set(proposal.bound.flatMap(({ body }) => fragmentHashes(body)))]
    await settleDocuments(tx, workspace, { documents: [...proposal.bound, ...proposal.manifest.touched], fragments, at })
  }

  /** Ends what is no longer what was asked for; says what has changed. */
  async voidChanged(tx: Queryable, workspace: string): Promise<{ id: string; changes: string[] }[]> {
    const ended: { id: string; changes: string[] }[] = []
    for (const request of await lockWaiting(tx, workspace)) {
      const changes = await this.changesSince(tx, workspace, request)
      if (changes.length === 0) continue
      const reason = changes.slice(0, 10).join('; ')
      await moveRequest(tx, workspace, { id: request.id, from: ['open', 'approved'], to: 'void', reason, at: this.options.now() })
      ended.push({ id: request.id, changes })
    }
    return ended
  }

  /** What is different from what somebody asked approval for. Held runs come and go on their own: those that are left are decided. */
  async changesSince(tx: Queryable, workspace: string, request: RequestRow): Promise<string[]> {
    const { manifest, evidence } = request
    const judged = await this.judge(tx, {
      workspace,
      wanted: request.wanted as unknown as Wanted,
      actor: request.requestedBy,
      runs: manifest.runs,
      askedBy: request.requestedBy,
    })
    return judged.proposal.hash === request.hash
      ? audienceDrift(evidence.reach, judged.evidence.reach)
      : drift({ manifest, evidence }, { manifest: judged.proposal.manifest, reach: judged.evidence.reach })
  }

  /** Whether a journey may run again, or go out to many: it is as it was approved, or somebody has approved just that. */
  async mayRun(
    tx: Queryable,
    {
      workspace,
      journey,
      operation,
      actor,
    }: { workspace: string; journey: string; operation: Extract<Operation, 'resume' | 'broadcast'>; actor: string },
  ): Promise<Problem | undefined> {
    if (!(await this.#inForce(tx, workspace))) return undefined
    await lockDocuments(tx, workspace)
    const judged = await this.judge(tx, { workspace, wanted: { kind: operation, journey }, actor })
    if (judged.needs.length === 0) return undefined
    const bound = boundJourneys(judged.proposal, judged.evidence.reach)[journey]
    const last = await lastBound(tx, workspace, journey)
    if (bound && last?.hash === bound.hash && (!last.exact || withinBand(last.people, bound.people))) return undefined
    const request = await this.approvalFor(tx, { workspace, actor }, judged)
    if (!request) return neededFor(judged)
    await this.carriedOut(tx, workspace, { request, judged, revision: null, by: actor })
    return undefined
  }

  /** Whether one person may release or reject one held run: its policies ask for nobody, or for one other person, and that is them. */
  async mayRelease(
    tx: Queryable,
    {
      workspace,
      actor,
      journey,
      step,
      run,
      verdict,
    }: { workspace: string; actor: string; journey: string; step: string; run: string; verdict: 'released' | 'rejected' },
  ): Promise<Problem | undefined> {
    if (verdict === 'rejected' || !(await this.#inForce(tx, workspace))) return undefined
    const { needs, jury } = await this.judge(tx, { workspace, wanted: { kind: 'run', journey, step }, actor, runs: [run] })
    const person = (await this.peopleBehind(tx, workspace, [actor])).get(actor) ?? ''
    const objections = needs.flatMap((need) => objection(need, { actor, person }, jury) ?? [])
    if (objections.length > 0)
      return {
        code: 'approval.not_yours',
        status: 403,
        title: 'You may not decide on this run.',
        detail: [...new Set(objections)].join(' '),
      }
    const most = Math.max(0, ...needs.map(({ quorum }) => quorum))
    return most > 1
      ? {
          code: 'approval.needed',
          status: 409,
          title: `This needs ${most} people.`,
          hint: 'Ask for approval of all who wait there: approvals.request with kind run.',
        }
      : undefined
  }

  /** The publish has made live exactly what was judged: between the two nothing may come in by any way. */
  async #isExactly(tx: Queryable, workspace: string, { after }: Proposal): Promise<void> {
    const print = (documents: readonly { kind: string; id: string; hash: string }[]): string =>
      documents
        .map(({ kind, id, hash }) => `${kind}/${id} ${hash}`)
        .sort()
        .join('\n')
    if (print(await liveDocuments(tx, workspace)) !== print(after)) throw new Error('What was published is not what was judged')
  }

  async #inForce(tx: Queryable, workspace: string): Promise<boolean> {
    return (await liveDocuments(tx, workspace)).some(({ kind }) => kind === 'approval-policy')
  }

  /** A copy has the authors of what it was made from, beside whoever made it. */
  async authored(
    tx: Queryable,
    said: { workspace: string; actor: string; document: { kind: string; id: string; body: Json }; from: { kind: string; id: string } },
  ): Promise<void> {
    const { workspace, document, from, actor } = said
    const at = this.options.now()
    const before = [
      ...(await authorsAmong(tx, workspace, { documents: [from], fragments: [] })).map((each) => each.actor),
      ...(await versionAuthors(tx, workspace, [from])).map(({ by }) => by),
    ]
    const texts = [{ ...document, fragments: fragmentHashes(document.body) }]
    for (const each of new Set([...before, actor])) await noteAuthor(tx, workspace, { texts, actor: each, at, onlyNew: false })
  }

  /** What approvals have to say when documents are published, after what others have. */
  publishing(inner: Publishing): Publishing {
    const passed = new WeakMap<object, Passed>()
    return {
      guard: async (tx, asked) => {
        const problem = await inner.guard(tx, asked)
        if (problem) return problem
        await lockDocuments(tx, asked.workspace)
        const through = await this.#mayPublish(tx, asked)
        if ('code' in through) return through
        passed.set(asked, through)
        return undefined
      },
      published: async (tx, done) => {
        await inner.published(tx, done)
        const { judged, request } = passed.get(done.asked) ?? {}
        if (judged) await this.#isExactly(tx, done.workspace, judged.proposal)
        if (judged && request) await this.carriedOut(tx, done.workspace, { request, judged, revision: done.revision, by: done.asked.actor })
        await this.voidChanged(tx, done.workspace)
      },
      saved: async (tx, saved) => {
        await inner.saved?.(tx, saved)
        const { workspace, actor, at, document } = saved
        await noteAuthor(tx, workspace, { texts: [{ ...document, fragments: fragmentHashes(document.body) }], actor, at, onlyNew: false })
      },
    }
  }

  async #mayPublish(tx: Queryable, { workspace, actor, changes, documents: given, inFlight }: Asked): Promise<Problem | Passed> {
    const made = new Set(changes.filter(({ action }) => action !== 'archive').map(({ kind, id }) => `${kind}/${id}`))
    const texts = given
      .filter(({ kind, id }) => made.has(`${kind}/${id}`))
      .map((each) => ({ ...each, fragments: fragmentHashes(each.body) }))
    const note = (): Promise<void> => noteAuthor(tx, workspace, { texts, actor, at: this.options.now(), onlyNew: true })
    const policy = changes.find(({ kind, action }) => kind === 'approval-policy' && action !== 'archive')
    const alone = policy ? await this.#reachable(workspace, given) : undefined
    if (alone) return alone
    if (!(await this.#inForce(tx, workspace))) {
      await note()
      return {}
    }
    const wanted: Wanted = {
      kind: 'publish',
      documents: given as never,
      drafts: [],
      archive: changes.filter(({ action }) => action === 'archive').map(({ kind, id }) => ({ kind, id })),
      prune: false,
      inFlight,
    }
    const judged = await this.judge(tx, { workspace, wanted, actor })
    const request = judged.needs.length > 0 ? await this.approvalFor(tx, { workspace, actor }, judged) : undefined
    if (request) return { request, judged }
    await note()
    return judged.needs.length > 0 ? neededFor(judged) : { judged }
  }

  /** A policy that nobody could meet would lock everybody out, also whoever would mend it. */
  async #reachable(
    workspace: string,
    given: readonly { readonly kind: string; readonly id: string; readonly body: Json }[],
  ): Promise<Problem | undefined> {
    const members = [...(await this.members(workspace)).values()]
    for (const { kind, id, body } of given) {
      const policy = kind === 'approval-policy' ? ApprovalPolicy.safeParse(body) : undefined
      if (!policy?.success) continue
      const able = members.filter((member) => mayDecide(policy.data.deciders, member)).length
      const wanted = policy.data.quorum
      if (able < wanted)
        return {
          code: 'approval.policy.unreachable',
          status: 422,
          title: `The policy “${id}” asks for ${wanted} ${wanted === 1 ? 'person' : 'people'}, and ${able} may decide.`,
          hint: 'Invite or promote people first, or ask for fewer.',
        }
    }
    return undefined
  }
}

/** What went through, to be held against what has come of it; nothing while no policy is in force. */
interface Passed {
  readonly judged?: Judged
  /** The approval that it is carried out by. */
  readonly request?: RequestRow
}

/** People who could decide on each need, in order. */
export const ableFor = ({ needs, jury }: Pick<Judged, 'needs' | 'jury'>): string[][] =>
  needs.map((need) =>
    [...jury.members.keys()].filter((person) => objection(need, { actor: `person:${person}`, person }, jury) === undefined),
  )

export function neededFor({ needs, proposal: { hash } }: Judged): Problem {
  return {
    code: 'approval.needed',
    status: 409,
    title: 'This needs the approval of others first.',
    detail: needs
      .map(({ name, quorum, reasons }) => `${name} (${quorum} ${quorum === 1 ? 'person' : 'people'}): ${reasons.join(' ')}`)
      .join('\n'),
    hint: `Ask for it with approvals.request. An approval holds for exactly what was asked for (${hash.slice(0, 12)}…), once; any change voids it.`,
  }
}
