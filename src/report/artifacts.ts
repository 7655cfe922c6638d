import { visible } from '../values/text/visible.ts'
import { columns } from './columns.ts'
import { paint } from './lines.ts'

/** A file of the folder of artifacts, in words. */
export interface ArtifactRow {
  readonly product: string
  readonly version: string
  /** `linux/amd64`. */
  readonly target: string
  readonly name: string
  readonly state: string
  /** What is wrong with it, and what to do; undefined when nothing is. */
  readonly problem: string | undefined
  readonly hint?: string | undefined
}

const HEADERS = ['PRODUCT', 'VERSION', 'FOR', 'FILE', 'STATE'] as const

/** A line a file, problems and what to do below their file. */
export function artifactTable(rows: readonly ArtifactRow[]): string {
  const cells = rows.map(({ product, version, target, name, state }) =>
    [product, version, target, name, state].map((text) => visible(text)),
  )
  return columns([HEADERS, ...cells])
    .map((line, index) => {
      const row = rows[index - 1]
      if (row === undefined) return line
      const hint = row.hint === undefined ? '' : `\n    hint: ${visible(row.hint)}`
      return row.problem === undefined ? line : `${paint('failed', line)}\n    ${visible(row.problem)}${hint}`
    })
    .join('\n')
}

/** Bytes in the unit people use for files: `25.3 MB`. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
