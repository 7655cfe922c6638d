import { Callable, Instance, type Operand } from '../operand.ts'
import { PythonError } from '../python/error.ts'
import { decode } from '../python/text/encoding.ts'

/**
 * What `encode()` of a text gives. It is no value that a variable or a filter takes, as little as in Ansible: `hex()`
 * and `decode()` make text of it again.
 */
export class Bytes extends Instance {
  readonly typeName = 'bytes'
  readonly #bytes: Buffer

  constructor(bytes: Buffer) {
    super()
    this.#bytes = bytes
  }

  attribute(name: string): Operand | undefined {
    switch (name) {
      case 'hex':
        return new Callable('builtin_function_or_method', name, () => this.#bytes.toString('hex'))
      case 'decode':
        return new Callable('builtin_function_or_method', name, ({ positional, named }) => {
          const encoding = positional[0] ?? named.get('encoding') ?? 'utf-8'
          if (typeof encoding !== 'string') throw new PythonError('the name of an encoding must be text')
          return decode(this.#bytes, encoding)
        })
    }
    return undefined
  }
}
