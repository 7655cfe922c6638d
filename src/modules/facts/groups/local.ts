import { assignPath } from '../../../probes/expand-path.ts'
import { sh } from '../../../shell/sh.ts'
import { PythonError } from '../../../template/python/error.ts'
import { IniText } from '../../../template/python/formats/ini.ts'
import { loadJson } from '../../../template/python/formats/json-load.ts'
import { type Dict, dict, type Value } from '../../../values/value.ts'
import { type FactGroup, type Facts, factScript } from '../group.ts'

/** The host's own facts: files of JSON or INI in a folder, and programs that print either. */
export const local: FactGroup = {
  name: 'local',
  facts: ['local'],
  subsets: ['min', 'local'],
  // Programs run in a subshell of their own: what they do to it stays there.
  script: ({ factPath, timeout }) =>
    factScript(sh`${assignPath('m_p', factPath)}; m_w=; ! command -v timeout >/dev/null 2>&1 || m_w='timeout '${timeout}
for m_f in "$m_p"/*.fact; do
  [ -e "$m_f" ] || continue
  m_n=\${m_f##*/}; printf 'name\0%s\0' "\${m_n%.fact}"
  if [ -x "$m_f" ]; then m_o=$( ( $m_w "$m_f" ) </dev/null 2>/dev/null ); m_s=$?; printf 'status\0%s\0content\0%s\0' "$m_s" "$m_o"
  else m_all content "$m_f"; fi
done`),
  read: (answers): Facts => {
    const found: Dict = new Map()
    let name = ''
    let status = '0'
    for (const [field, text] of answers.pairs()) {
      if (field === 'name') {
        name = text
        status = '0'
        found.set(name, dict({}))
      } else if (field === 'status') status = text
      else
        found.set(
          name,
          status === '0' ? parse(name, text) : `Failure executing fact script (${name}.fact), rc: ${status}`,
        )
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
