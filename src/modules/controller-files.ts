import { TaskFailure } from '../values/task-failure.ts'
import type { PushSource } from '../values/transfer.ts'
import type { Text } from './parameters.ts'

/** A file beside the playbook, found by Ansible's rules (`files/` or `templates/`, then the playbook's folder). */
export interface ControllerFile extends PushSource {
  readonly path: string
  /** Permission bits on the controller. */
  readonly mode: number
  /** It is encrypted on the controller: `size`, `sha256` and `read` are of what it holds, which no output may show. */
  readonly secret?: boolean
}

/** There is nothing of that name; what is there and refused fails with another. */
export class NotFound extends TaskFailure {}

export interface ControllerFiles {
  /** @throws NotFound `Could not find or access 'x'` with the places searched */
  find(folder: 'files' | 'templates' | 'vars', path: Text): Promise<ControllerFile>
  /** The same for a directory: its files (relative names), directories and links. */
  findTree(folder: 'files' | 'vars', path: string): Promise<ControllerTree>
  /** Content made on the controller. */
  content(content: Buffer | string): PushSource
}

export interface ControllerTree {
  readonly path: string
  readonly directories: readonly { readonly name: string; readonly mode: number }[]
  readonly files: readonly (ControllerFile & { readonly name: string })[]
  readonly links: readonly { readonly name: string; readonly target: string }[]
}
