import { type Action, type ActionResult, look, type ModuleContext } from '../module.ts'
import { type EditedAnswers, type EditedFile, observeEdited, readEdited } from './edited-file.ts'
import { placeEdited, removeEdited } from './place-edited.ts'

/** Looks at a file that is to be edited, now; for modules that learn only then which files those are. @throws TaskFailure */
export async function* reread(path: string): AsyncGenerator<Action, EditedFile, ActionResult> {
  const wish = { path, owner: undefined, group: undefined }
  const answers = yield* look(`look at ${path}`, observeEdited(wish))
  return readEdited(wish, answers as EditedAnswers)
}

/** Puts a file back as it was when it was read. @throws TaskFailure */
export async function* putBack(
  file: EditedFile,
  context: ModuleContext,
): AsyncGenerator<Action, void, ActionResult> {
  const now = yield* reread(file.path)
  if (file.old === null) {
    if (now.old !== null) yield* removeEdited(now, [])
    return
  }
  yield* placeEdited(now, file.old.bytes, { newMode: file.old.stat.mode }, { ...context, diff: false })
}
