/** For options that may be repeated: their values in order. */
export function collect(value: string, before: string[] = []): string[] {
  return [...before, value]
}
