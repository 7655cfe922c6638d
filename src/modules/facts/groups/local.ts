import { assignPath } from '../../../probes/expand-path.ts'
import { sh } from '../../../shell/sh.ts'
import { PythonError } from '../../../template/python/error.ts'
import { IniText } from '../../../template/python/formats/ini.ts'
import { loadJson } from '../../../template/python/formats/json-load.ts'
import { type Dict, dict, type Value } from '../../../values/value.ts'
import { type FactGroup, type Facts, factScript } from '../group.ts'

/** Bytes of one fact, and of all: a program without end is ended by it, and costs no other fact. */
const LIMIT = 1 << 18
const ALL = 3 * LIMIT

/** The host's own facts: files of JSON or INI in a folder, and programs that print either. */
export const local: FactGroup = {
  name: 'local',
  facts: ['local'],
  subsets: ['min', 'local'],
  // Programs run in a subshell of their own: what they do to it stays there.
  script: ({ factPath, timeout }) =>
    factScript(sh`${assignPath('m_p', factPath)}; m_w=; m_left=${ALL}; ! command -v timeout >/dev/null 2>&1 || m_w='timeout '${timeout}
for m_f in "$m_p"/*.fact; do
  [ -e "$m_f" ] || continue
  m_n=\${m_f##*/}; printf 'name\0%s\0' "\${m_n%.fact}"
  if [ -x "$m_f" ]; then m_k=printed m_o=$( { ( $m_w "$m_f" ) </dev/null 2>/dev/null; printf '\n%s' $?; } | head -c ${LIMIT + 8} )
  elif [ -f "$m_f" ] && [ -r "$m_f" ]; then m_k=content m_o=$(head -c ${LIMIT + 1} <"$m_f" | tr -d '\0')
  else continue; fi
  m_left=$((m_left - \${#m_o})); [ $m_left -gt 0 ] || m_k=large m_o=
  printf '%s\0%s\0' $m_k "$m_o"
done`),
  read: (answers): Facts => {
    const found: Dict = new Map()
    let name = ''
    for (const [field, text] of answers.pairs()) {
      if (field === 'name') {
        name = text
        found.set(name, dict({}))
        continue
      }
      // What a program prints ends with a line of its exit status.
      const end = field === 'printed' ? text.lastIndexOf('\n') : text.length
      const status = field === 'printed' ? text.slice(end + 1) : '0'
      if (field === 'large' || Buffer.byteLength(text) > LIMIT + (text.length - end))
        found.set(
          name,
          `${name}.fact says more than ${LIMIT} bytes, or all facts together say more than ${ALL}`,
        )
      else if (status !== '0') found.set(name, `Failure executing fact script (${name}.fact), rc: ${status}`)
      else found.set(name, parse(name, text.slice(0, end)))
    }
    return new Map([['local', found]])
  },
}

/** JSON, else INI; text that is neither is told as Ansible tells it, in the fact's place. */
function parse(name: string, text: string): Value {
  try {
    return loadJson(text)
  } catch (error) {
    if (!(error instanceof PythonError)) throw error
  }
  try {
    const ini = new IniText(text, name, { caseSensitive: false, allowNoValue: false, interpolation: true })
    return new Map(
      ini
        .sections()
        .map((section) => [
          section,
          new Map((ini.keys(section) ?? []).map((key) => [key, ini.get(section, key) ?? null])),
        ]),
    )
  } catch (error) {
    if (!(error instanceof PythonError)) throw error
    return `error loading facts as JSON or ini - please check content: ${name}.fact`
  }
}
