import * as accounts from '#accounts/api.ts'
import * as approvals from '#approvals/api.ts'
import * as channels from '#channels/api.ts'
import * as channelSettings from '#channels/settings-api.ts'
import * as webhooks from '#channels/webhook-api.ts'
import * as consent from '#consent/api.ts'
import * as compliance from '#consent/policies/api.ts'
import * as catalogue from '#content/catalogue.ts'
import * as contentChecks from '#content/check-api.ts'
import * as coupons from '#content/coupons.ts'
import * as contentLists from '#content/list-api.ts'
import * as contentReached from '#content/reached-api.ts'
import * as content from '#content/schema.ts'
import * as decisions from '#decisions/api.ts'
import * as budgets from '#decisions/budgets/api.ts'
import * as contentResults from '#decisions/content/api.ts'
import * as evaluations from '#decisions/evaluation/api.ts'
import * as patterns from '#decisions/patterns/api.ts'
import * as modelPresets from '#decisions/presets/api.ts'
import * as decisionRecords from '#decisions/record-api.ts'
import * as modelReports from '#decisions/report-api.ts'
import * as scores from '#decisions/scores-api.ts'
import * as decisionScreens from '#decisions/screen-api.ts'
import * as data from '#events/api.ts'
import * as journeys from '#journeys/api.ts'
import * as backtests from '#journeys/backtest-api.ts'
import * as campaigns from '#journeys/campaign-api.ts'
import * as journeyDrafts from '#journeys/draft-api.ts'
import * as gallery from '#journeys/gallery-api.ts'
import * as trying from '#journeys/try-api.ts'
import type { Action } from '#lib/action.ts'
import * as attribution from '#measurement/attribution/api.ts'
import * as costs from '#measurement/cost/api.ts'
import * as experiments from '#measurement/experiments/api.ts'
import * as goals from '#measurement/goals/api.ts'
import * as experimentPlans from '#measurement/inference/api.ts'
import * as reports from '#measurement/reports/api.ts'
import * as savedReports from '#measurement/reports/saved-api.ts'
import * as measurement from '#measurement/schema.ts'
import * as value from '#measurement/value/api.ts'
import * as profiles from '#profiles/api.ts'
import * as privacy from '#profiles/privacy-api.ts'
import * as segments from '#segments/api.ts'
import * as suggestions from '#segments/suggest-api.ts'
import * as account from '#workspaces/account/api.ts'
import * as workspaces from '#workspaces/api.ts'
import * as comments from '#workspaces/comments/api.ts'
import * as documents from '#workspaces/documents/api.ts'
import * as documentForms from '#workspaces/documents/form-api.ts'
import * as drafts from '#workspaces/drafts/api.ts'
import * as entrance from '#workspaces/entrance/api.ts'
import * as health from '#workspaces/health-api.ts'
import * as home from '#workspaces/home-api.ts'
import * as mailChoices from '#workspaces/mail-choices-api.ts'
import * as samples from '#workspaces/samples-api.ts'
import * as secrets from '#workspaces/secrets/api.ts'
import * as tenants from '#workspaces/tenants/api.ts'
import * as roleTable from './role-table.ts'

const isAction = (value: unknown): value is Action =>
  value !== null && typeof value === 'object' && 'route' in value && 'may' in value && 'does' in value

/** Every declared action: one that nobody binds stops the start. */
export const ACTIONS: readonly Action[] = [
  workspaces,
  account,
  entrance,
  tenants,
  roleTable,
  documents,
  drafts,
  comments,
  documentForms,
  secrets,
  journeys,
  backtests,
  journeyDrafts,
  gallery,
  trying,
  campaigns,
  profiles,
  privacy,
  accounts,
  approvals,
  attribution,
  channels,
  channelSettings,
  consent,
  compliance,
  content,
  contentChecks,
  contentLists,
  contentReached,
  contentResults,
  costs,
  data,
  webhooks,
  catalogue,
  coupons,
  budgets,
  decisions,
  decisionRecords,
  decisionScreens,
  evaluations,
  experimentPlans,
  experiments,
  goals,
  measurement,
  health,
  mailChoices,
  home,
  samples,
  savedReports,
  modelPresets,
  modelReports,
  patterns,
  reports,
  segments,
  suggestions,
  scores,
  value,
].flatMap((declared) => Object.values(declared as Record<string, unknown>).filter(isAction))
