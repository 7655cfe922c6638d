/**
 * Rows of a text as Python's `csv.reader` reads them in its dialect `excel`. By hand, since the readers on npm refuse
 * what Python takes: a quote inside a field is a character, text behind a closing quote belongs to the field.
 */
export function* readCsv(text: string, delimiter: string): Generator<string[]> {
  let row: string[] = []
  let field = ''
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!
    if (quoted) {
      if (character !== '"') field += character
      else if (text[at + 1] === '"') field += text[++at]
      else quoted = false
    } else if (character === '"' && field === '') {
      quoted = true
    } else if (character === delimiter) {
      row.push(field)
      field = ''
    } else if (character === '\n' || character === '\r') {
      if (character === '\r' && text[at + 1] === '\n') at++
      yield row.length === 0 && field === '' ? [] : [...row, field]
      row = []
      field = ''
    } else {
      field += character
    }
  }
  if (row.length > 0 || field !== '') yield [...row, field]
}
