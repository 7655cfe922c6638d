import type { Float } from '../values/float.ts'
import type { Secret } from '../values/secret.ts'
import type { Dict, Key, Value } from '../values/value.ts'

/** Text that may be secret; goes into `sh` templates and pushes as it is. */
export type Text = string | Secret

/**
 * One parameter of a module, in the words of Ansible's argument_spec.
 *
 * `str` takes numbers and booleans as Python writes them and may be a Secret; `path` is text that is never secret
 * and has `~` and `$VAR` expanded on the host; `list` splits text at commas; `mode` is a file mode (facts/modules.md,
 * rule 1); `conditions` and `expression` (one, without braces) stay unevaluated, for the module to ask; `raw` is any
 * value.
 */
export interface Parameter {
  readonly type:
    | 'str'
    | 'path'
    | 'bool'
    | 'int'
    | 'float'
    | 'list'
    | 'dict'
    | 'mode'
    | 'conditions'
    | 'expression'
    | 'raw'
  /** Type of the items of a `list`; `str` when missing. */
  readonly elements?: 'str' | 'path' | 'int' | 'dict' | 'raw'
  readonly required?: true
  readonly default?: Value
  readonly choices?: readonly string[]
  readonly aliases?: readonly string[]
  /** The value is a secret whatever the user wrote: it becomes a Secret at once. */
  readonly secret?: true
  /** One sentence for the reference page. */
  readonly doc: string
}

/** The parameters of a module and the rules between them (Ansible's words). */
export interface ParameterSpec {
  readonly parameters: Readonly<Record<string, Parameter>>
  readonly mutuallyExclusive?: readonly (readonly string[])[]
  readonly requiredOneOf?: readonly (readonly string[])[]
  /** Per parameter: the parameters that must be there with it. */
  readonly requiredBy?: Readonly<Record<string, readonly string[]>>
  /** [parameter, value, parameters that must then be there]. */
  readonly requiredIf?: readonly (readonly [string, Value, readonly string[]])[]
  /** The parameter that takes text written behind the module's name (`command: echo hi`). */
  readonly freeForm?: string
  /** Any other key is allowed too (`set_fact`). */
  readonly freeKeys?: true
}

/** Parameters whose arguments the runner hands over as written, their templates not evaluated. */
export function unevaluated(spec: ParameterSpec): string[] {
  return Object.entries(spec.parameters).flatMap(([name, { type, aliases }]) =>
    type === 'conditions' || type === 'expression' ? [name, ...(aliases ?? [])] : [],
  )
}

type Plain<P extends Parameter> = P extends { choices: readonly (infer C)[] }
  ? C
  : {
      str: Text
      path: string
      bool: boolean
      int: number
      float: Float
      list: P extends { elements: infer E }
        ? E extends 'path'
          ? string[]
          : E extends 'int'
            ? number[]
            : E extends 'dict'
              ? Dict[]
              : E extends 'raw'
                ? Value[]
                : Text[]
        : Text[]
      dict: Dict
      mode: string
      conditions: Value[]
      expression: string
      raw: Value
    }[P['type']]

/** What a module's code gets: required and defaulted parameters always there, others perhaps undefined. */
export type ParametersOf<S extends ParameterSpec> = {
  [K in keyof S['parameters']]: S['parameters'][K] extends
    | { required: true }
    | { default: NonNullable<unknown> }
    ? Plain<S['parameters'][K]>
    : Plain<S['parameters'][K]> | undefined
} & (S extends { freeKeys: true } ? { readonly free: ReadonlyMap<Key, Value> } : unknown)
