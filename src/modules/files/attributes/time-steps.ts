import { type ShellText, sh } from '../../../shell/sh.ts'
import { revealText } from '../../../values/secret.ts'
import type { FileParameters, FileState } from '../states/file-state.ts'
import { parseTime } from './times.ts'

type Wish = 'now' | 'preserve' | { readonly stamp: string; readonly shown: string }

/** A time to be set of the file in `$m_f`. */
export interface TimeStep {
  readonly script: ShellText
  /** To the time of the change, as a file that is made then has it anyway. */
  readonly now: boolean
}

/** Times that are not as a task wants them. `otherwise` is what a time is that the task does not name. */
export function timeSteps(
  params: FileParameters,
  times: FileState['times'],
  otherwise: 'now' | 'preserve',
): TimeStep[] {
  const access = wish(params.access_time, params.access_time_format, otherwise)
  const modification = wish(params.modification_time, params.modification_time_format, otherwise)
  return [
    timeStep(sh`-a`, access, times?.access),
    timeStep(sh`-m`, modification, times?.modification),
  ].filter((step) => step !== null)
}

function wish(
  time: FileParameters['access_time'],
  format: FileParameters['access_time_format'],
  otherwise: 'now' | 'preserve',
): Wish {
  const text = revealText(time) ?? otherwise
  return text === 'now' || text === 'preserve' ? text : parseTime(text, revealText(format))
}

function timeStep(which: ShellText, wanted: Wish, found: string | undefined): TimeStep | null {
  if (wanted === 'preserve') return null
  if (wanted === 'now') return { now: true, script: sh`LC_ALL=C touch -c ${which} -- "$m_f" || m_fail touch` }
  if (found === wanted.shown) return null
  return {
    now: false,
    script: sh`LC_ALL=C touch -c ${which} -t ${wanted.stamp} -- "$m_f" || m_fail touch`,
  }
}
