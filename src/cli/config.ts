import { Command } from 'commander'
import { type ReadSettings, readSettings, type SetKey } from '../settings/settings.ts'
import { formatProblem } from '../values/problem.ts'
import { visible } from '../values/text/visible.ts'

/** `muster config`: the settings of ansible.cfg and the environment, which of them count, and from where. */
export function configCommand(): Command {
  return new Command('config')
    .description('show which settings of ansible.cfg and ANSIBLE_* variables count, and from where')
    .option('--json', 'as JSON')
    .action(async (words: { json?: boolean }) => {
      const read = await readSettings()
      const text = words.json === true ? JSON.stringify(asData(read), null, 2) : asText(read)
      process.stdout.write(`${visible(text, false)}\n`)
    })
}

function asData({ settings, file, keys, warnings }: ReadSettings) {
  return {
    file: file ?? null,
    settings,
    keys: keys.map((key) => ({
      name: key.name,
      value: key.value,
      origin: key.origin,
      effect: effectOf(key),
      ...(key.unobeyed === undefined ? {} : { why: key.unobeyed.why }),
    })),
    warnings: warnings.map(formatProblem),
  }
}

function effectOf({ unobeyed, overruled }: SetKey): 'obeyed' | 'overruled' | 'harmless' | 'not obeyed' {
  if (unobeyed === undefined) return overruled ? 'overruled' : 'obeyed'
  return unobeyed.harmless ? 'harmless' : 'not obeyed'
}

function asText({ file, keys, warnings }: ReadSettings): string {
  const lines = [file === undefined ? 'no ansible.cfg' : `read: ${file}`]
  const titles = {
    obeyed: 'obeyed, where the command line says nothing else',
    overruled: 'set, and overruled by one above',
    'not obeyed': 'not obeyed',
    harmless: 'without meaning for muster',
  }
  for (const [effect, title] of Object.entries(titles)) {
    const these = keys.filter((key) => effectOf(key) === effect)
    if (these.length === 0) continue
    lines.push('', `${title}:`)
    for (const { name, value, origin, unobeyed } of these) {
      const why = unobeyed === undefined ? '' : `\n      ${unobeyed.why}`
      lines.push(`  ${name} = ${value.replaceAll('\n', ' ')}   (${origin})${why}`)
    }
  }
  for (const warning of warnings.filter(({ message }) => !message.includes('is not obeyed')))
    lines.push('', `warning: ${formatProblem(warning)}`)
  return lines.join('\n')
}
