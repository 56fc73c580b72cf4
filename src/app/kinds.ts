import { ApprovalPolicy } from '#approvals/schema.ts'
import { PROVIDERS } from '#channels/adapters/providers.ts'
import { checkProvider, ProviderDocument } from '#channels/provider-document.ts'
import { Retention } from '#channels/retention.ts'
import { checkPolicy } from '#consent/check-policy.ts'
import { checkPack } from '#consent/policies/lint.ts'
import { Policy, PolicyPack } from '#consent/policies/schema.ts'
import { ContactPolicy } from '#consent/policy.ts'
import { checkTopic, Topic, Wording } from '#consent/topics.ts'
import { Brand, brandProblems } from '#content/brand.ts'
import { ProductFeed } from '#content/catalogue.ts'
import { CouponPool } from '#content/coupons.ts'
import { checkPage } from '#content/geo-checks.ts'
import { Page, pageProblems } from '#content/pages.ts'
import { Sender, Template } from '#content/schema.ts'
import { Snippet, snippetProblems } from '#content/snippets.ts'
import { type ContentLibrary, templateProblems } from '#content/template-check.ts'
import { checkBudget } from '#decisions/budgets/check.ts'
import { Budget } from '#decisions/budgets/schema.ts'
import { checkModel } from '#decisions/check.ts'
import { checkExperiment, checkHoldout } from '#decisions/experiments/check.ts'
import { Experiment, Holdout } from '#decisions/experiments/schema.ts'
import { Model } from '#decisions/schema.ts'
import { checkPlanned, PlannedEvent, TrackingPlan } from '#events/plan.ts'
import { Calendar } from '#journeys/calendar.ts'
import { check, type JourneyLibrary } from '#journeys/check.ts'
import { goesOutToMany } from '#journeys/entries/schema.ts'
import { Journey } from '#journeys/schema.ts'
import type { Permission } from '#lib/action.ts'
import type { Problem } from '#lib/problem.ts'
import { checkTouchpoints, Touchpoints } from '#measurement/attribution/touchpoints.ts'
import { CostRate } from '#measurement/cost/schema.ts'
import { checkGoal } from '#measurement/goals/check.ts'
import { Goal } from '#measurement/goals/schema.ts'
import { checkMetric } from '#measurement/metrics/check.ts'
import { Metric } from '#measurement/metrics/schema.ts'
import { SavedReport } from '#measurement/reports/saved.ts'
import { checkLifetimeValue } from '#measurement/value/check.ts'
import { LifetimeValue, Pipeline } from '#measurement/value/schema.ts'
import { type DocumentKind, kindsOf, type Library } from '#platform/documents-plan.ts'
import { checkSegment } from '#segments/check.ts'
import { List, Segment } from '#segments/schema.ts'
import { lintJourney, lintPolicy, lintTemplate } from './policy-lint.ts'
import { checkSaved, leaving } from './saved-report-check.ts'

/** Warnings do not stand in the way of publishing; screens and the CLI show them. */
const errorsOf = (journey: Journey, library: JourneyLibrary) => check(journey, library).filter(({ severity }) => severity === 'error')

const policyErrors = (policy: ContactPolicy) => checkPolicy(policy).filter(({ severity }) => severity === 'error')

const providerProblems = (document: ProviderDocument, library: Library) => checkProvider(document, library, PROVIDERS)

const senderProblems = ({ provider }: Sender, library: Library): Problem[] =>
  provider === undefined || (library.get('provider', provider) as ProviderDocument | undefined)?.channel === 'email'
    ? []
    : [
        {
          code: 'sender.provider',
          status: 422,
          title: `There is no provider for e-mail called "${provider}".`,
          at: '/provider',
          hint: 'Publish it too.',
        },
      ]

/** Structured data that is not sound is passed over by those whom it is for. */
const pageErrors = (page: Page, library: Library): Problem[] => [
  ...pageProblems(page, library),
  ...checkPage(page, { url: 'https://page.invalid', home: 'https://page.invalid' })
    .filter(({ severity }) => severity === 'error')
    .map(({ severity: _severity, share: _share, ...problem }) => ({ status: 422, ...problem })),
]

// Loaded only when something is examined: MJML takes most of a second to load.
const examining = () => import('#content/adapters/examine.ts')
/** A marketing mail without a way out is refused here, before anybody can be written to with it. */
const templateFaults = async (template: Template): Promise<readonly Problem[]> => (await examining()).examineTemplate(template)
const snippetFaults = async (snippet: Snippet): Promise<readonly Problem[]> => (await examining()).examineSnippet(snippet)
const snippetErrors = (snippet: Snippet, library: ContentLibrary) =>
  snippetProblems(snippet, (id) => library.get('snippet', id) as Snippet | undefined)

/** A model that was brought is tried on made-up people, in a process of its own. */
const modelFaults = async (model: Model): Promise<readonly Problem[]> =>
  model.type === 'pattern' && model.onnx ? (await import('#decisions/patterns/adapters/onnx-process.ts')).examineOnnx(model.onnx) : []

/** What goes out to many by itself is sent by whoever publishes it. */
const sendingNow = (journey: Journey): readonly Permission[] => (goesOutToMany(journey) ? ['send'] : [])

/** The authored things, one line each: what people write, what is checked, what publishing needs. */
export const KINDS: ReadonlyMap<string, DocumentKind> = kindsOf([
  { kind: 'journey', schema: Journey, publish: 'publish', publishMore: sendingNow, check: errorsOf, lint: lintJourney },
  { kind: 'template', schema: Template, check: templateProblems, examine: templateFaults, lint: lintTemplate },
  { kind: 'snippet', schema: Snippet, check: snippetErrors, examine: snippetFaults },
  { kind: 'brand', schema: Brand, check: brandProblems },
  { kind: 'page', schema: Page, check: pageErrors },
  { kind: 'sender', schema: Sender, check: senderProblems },
  { kind: 'provider', schema: ProviderDocument, publish: 'workspace:admin', check: providerProblems },
  { kind: 'segment', schema: Segment, check: checkSegment },
  { kind: 'coupon-pool', schema: CouponPool },
  { kind: 'product-feed', schema: ProductFeed },
  { kind: 'list', schema: List },
  { kind: 'calendar', schema: Calendar },
  { kind: 'topic', schema: Topic, publish: 'publish', check: checkTopic },
  { kind: 'wording', schema: Wording, publish: 'publish' },
  { kind: 'policy', schema: Policy, publish: 'policies:publish', check: lintPolicy },
  { kind: 'policy-pack', schema: PolicyPack, publish: 'policies:publish', check: checkPack },
  { kind: 'approval-policy', schema: ApprovalPolicy, publish: 'policies:publish' },
  { kind: 'contact-policy', schema: ContactPolicy, publish: 'publish', check: policyErrors },
  { kind: 'budget', schema: Budget, publish: 'publish', check: checkBudget },
  { kind: 'model', schema: Model, publish: 'publish', check: checkModel, examine: modelFaults },
  { kind: 'metric', schema: Metric, check: checkMetric },
  { kind: 'lifetime-value', schema: LifetimeValue, check: checkLifetimeValue },
  { kind: 'pipeline', schema: Pipeline },
  { kind: 'touchpoints', schema: Touchpoints, publish: 'publish', check: checkTouchpoints },
  { kind: 'goal', schema: Goal, check: checkGoal },
  { kind: 'holdout', schema: Holdout, publish: 'publish', check: checkHoldout },
  { kind: 'experiment', schema: Experiment, publish: 'publish', check: checkExperiment },
  { kind: 'cost-rate', schema: CostRate, publish: 'publish' },
  { kind: 'report', schema: SavedReport, publish: 'reports:save', publishMore: leaving, check: checkSaved },
  { kind: 'event', schema: PlannedEvent, publish: 'data:write', check: checkPlanned },
  { kind: 'tracking-plan', schema: TrackingPlan, publish: 'data:write' },
  { kind: 'retention', schema: Retention, publish: 'policies:publish' },
] as unknown as DocumentKind[])
