import type { Node, Place } from '../node.ts'
import type { Step } from '../steps.ts'
import { branch } from './branch.ts'
import { call } from './call.ts'
import { choose } from './choose.ts'
import { exit } from './exit.ts'
import { hold } from './hold.ts'
import { notify } from './notify.ts'
import { repeat } from './repeat.ts'
import { split } from './split.ts'
import { start, stop } from './start.ts'
import { templated } from './templated.ts'
import { update } from './update.ts'
import { wait } from './wait.ts'
import { waitFor } from './wait-for.ts'
import { ways } from './ways.ts'
import { webhook } from './webhook.ts'

/** One line for each step kind; a kind without a line does not compile. */
export function prepare(step: Step, place: Place): Node {
  switch (step.kind) {
    case 'wait':
      return wait(step, place)
    case 'waitFor':
      return waitFor(step, place)
    case 'branch':
      return branch(step, place)
    case 'split':
      return split(step, place)
    case 'choose':
      return choose(step, place)
    case 'email':
    case 'sms':
    case 'push':
    case 'inapp':
    case 'whatsapp':
    case 'slack':
      return templated(step, place)
    case 'webhook':
      return webhook(step, place)
    case 'message':
      return ways(step, place)
    case 'call':
      return call(step, place)
    case 'repeat':
      return repeat(step, place)
    case 'start':
      return start(step, place)
    case 'stop':
      return stop(step, place)
    case 'notify':
      return notify(step, place)
    case 'hold':
      return hold(step, place)
    case 'update':
      return update(step, place)
    case 'exit':
      return exit(step, place)
  }
}
