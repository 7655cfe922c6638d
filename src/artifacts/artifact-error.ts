/** A file cannot be had or cannot be trusted. The message says which and why; the hint, what to do next. */
export class ArtifactError extends Error {
  readonly hint: string | undefined

  constructor(message: string, hint?: string) {
    super(message)
    this.name = 'ArtifactError'
    this.hint = hint
  }
}
