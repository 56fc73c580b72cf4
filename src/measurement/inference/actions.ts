import { type Binding, bind } from '#platform/http/actions.ts'
import { PlanExperiment } from './api.ts'
import { planned } from './plan.ts'

export const inferenceActions = (): Binding[] => [bind(PlanExperiment, async (plan) => planned(plan))]
