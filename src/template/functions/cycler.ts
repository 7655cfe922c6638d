import { Callable, Instance, type Operand } from '../operand.ts'
import { PythonError } from '../python/error.ts'

/** `cycler('odd', 'even')`: gives its values one after the other, for ever. */
export class Cycler extends Instance {
  readonly typeName = 'Cycler'
  readonly #values: readonly Operand[]
  #index = 0

  constructor(values: readonly Operand[]) {
    super()
    if (values.length === 0) throw new PythonError('at least one item has to be provided')
    this.#values = values
  }

  attribute(name: string): Operand | undefined {
    switch (name) {
      case 'current':
        return this.#values[this.#index]!
      case 'next':
        return new Callable('method', name, () => {
          const value = this.#values[this.#index]!
          this.#index = (this.#index + 1) % this.#values.length
          return value
        })
      case 'reset':
        return new Callable('method', name, () => {
          this.#index = 0
          return null
        })
    }
    return undefined
  }
}

/** `joiner(', ')`: nothing at the first call, its text at every other. */
export class Joiner extends Instance {
  readonly typeName = 'Joiner'

  constructor(text: Operand) {
    let used = false
    super(() => {
      const result = used ? text : ''
      used = true
      return result
    })
  }

  attribute(): undefined {
    return undefined
  }
}
