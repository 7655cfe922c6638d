import { fixed, scientific } from './round.ts'

/**
 * A double of at least 0 in C's `%e`, `%f` or `%g`, exactly rounded.
 * @param type one of `eEfFgG`
 * @param alternate keep the zeros at the end that `g` drops
 */
export function formatDouble(value: number, type: string, precision: number, alternate = false): string {
  let text: string
  if (!Number.isFinite(value)) text = Number.isNaN(value) ? 'nan' : 'inf'
  else if (type === 'f' || type === 'F') text = fixed(value, precision)
  else if (type === 'e' || type === 'E') text = withExponent(value, precision)
  else {
    const digits = precision === 0 ? 1 : precision
    const { power } = scientific(value, digits - 1)
    if (power < -4 || power >= digits) text = withExponent(value, digits - 1, !alternate)
    else {
      text = fixed(value, digits - 1 - power)
      if (!alternate) text = trimZeros(text)
    }
  }
  if (alternate && Number.isFinite(value) && !text.includes('.')) text = text.replace(/^\d+/, '$&.')
  return type === type.toUpperCase() ? text.toUpperCase() : text
}

function withExponent(value: number, precision: number, trim = false): string {
  const digits = scientific(value, precision)
  const mantissa = precision === 0 ? digits.text : `${digits.text[0]}.${digits.text.slice(1)}`
  const power = String(Math.abs(digits.power)).padStart(2, '0')
  return `${trim ? trimZeros(mantissa) : mantissa}e${digits.power < 0 ? '-' : '+'}${power}`
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}
