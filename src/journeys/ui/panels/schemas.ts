import type { z } from 'zod'
import type { StepKind } from '../../edit/body.ts'
import { Journey } from '../../schema.ts'
import * as steps from '../../steps.ts'

/** What is written in a step of each kind. */
export const STEP_SCHEMAS: Readonly<Record<StepKind, z.ZodType>> = {
  wait: steps.WaitStep,
  waitFor: steps.WaitForStep,
  branch: steps.BranchStep,
  split: steps.SplitStep,
  choose: steps.ChooseStep,
  repeat: steps.RepeatStep,
  email: steps.EmailStep,
  sms: steps.SmsStep,
  push: steps.PushStep,
  inapp: steps.InappStep,
  whatsapp: steps.WhatsappStep,
  slack: steps.SlackStep,
  webhook: steps.WebhookStep,
  message: steps.MessageStep,
  call: steps.CallStep,
  notify: steps.NotifyStep,
  hold: steps.HoldStep,
  start: steps.StartStep,
  stop: steps.StopStep,
  update: steps.UpdateStep,
  exit: steps.ExitStep,
}

/** What is written beside the steps. */
export const SETTINGS_SCHEMA: z.ZodType = Journey.omit({ steps: true })
