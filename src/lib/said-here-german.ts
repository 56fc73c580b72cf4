import type { Problem } from './problem.ts'
import { problemBy } from './problem-telling.ts'
import { GERMAN_CONDITIONS } from './said/conditions-german.ts'
import { GERMAN_EDITING, GERMAN_EDITING_PROBLEMS } from './said/editing-german.ts'
import { GERMAN_FORMS } from './said/forms-german.ts'
import { GERMAN_PARTS } from './said/parts-german.ts'
import { GERMAN_SCHEMAS } from './said/schemas-german.ts'
import { tellingBy } from './telling.ts'

/** All that screens find wrong by themselves, while somebody writes. The server tells what it finds by itself, so its catalogue never travels. */
const HERE = {
  problems: GERMAN_EDITING_PROBLEMS,
  tell: tellingBy({ ...GERMAN_FORMS, ...GERMAN_SCHEMAS, ...GERMAN_CONDITIONS, ...GERMAN_EDITING }, GERMAN_PARTS),
}

/** A problem that was found in this window, in German. */
export const problemHere = <P extends Problem>(problem: P): P => problemBy(problem, HERE)
