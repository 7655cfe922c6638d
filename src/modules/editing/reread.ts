import { type Action, type ActionResult, look } from '../module.ts'
import { type EditedAnswers, type EditedFile, observeEdited, readEdited } from './edited-file.ts'

/** Looks at a file that is to be edited, now; for modules that learn only then which files those are. @throws TaskFailure */
export async function* reread(path: string): AsyncGenerator<Action, EditedFile, ActionResult> {
  const wish = { path, owner: undefined, group: undefined }
  const answers = yield* look(`look at ${path}`, observeEdited(wish))
  return readEdited(wish, answers as EditedAnswers)
}
