/** A place in an input. Line and column count from 1; both are missing where only the file is known. */
export interface Position {
  readonly file: string
  readonly line?: number
  readonly column?: number
}

/** `file:line:column`, as compilers print it and editors open it. */
export function formatPosition(position: Position): string {
  if (position.line === undefined) return position.file
  return `${position.file}:${position.line}${position.column === undefined ? '' : `:${position.column}`}`
}
