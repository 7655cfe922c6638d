/**
 * What Python raises: an operation that the types or values at hand do not allow. The engine turns it into a
 * TemplateError at the place of the expression, with the filter's name where one was at work.
 */
export class PythonError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'PythonError'
  }
}

/**
 * Runs what looks at files on the controller.
 * @throws PythonError with the system's message (`ENOENT: ...`) where the system refuses
 */
export function onController<T>(look: () => T): T {
  try {
    return look()
  } catch (error) {
    if (error instanceof Error && 'code' in error) throw new PythonError(error.message)
    throw error
  }
}
