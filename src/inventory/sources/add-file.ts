import { open } from 'node:fs/promises'
import { dirname, extname, resolve } from 'node:path'
import { InputError, type Problem } from '../../values/problem.ts'
import { openText } from '../../vault/open-content.ts'
import { readTextFile } from '../../yaml/load.ts'
import type { YamlMap, YamlNode } from '../../yaml/node.ts'
import { parseYaml } from '../../yaml/parse.ts'
import type { InventoryBuilder, Source } from '../builder.ts'
import { addIniSource } from '../ini/ini-source.ts'
import { addScriptSource } from '../script/script-source.ts'
import { addPluginSource, isPluginConfiguration } from './plugin-source.ts'
import { addTomlSource } from './toml-source.ts'
import { addYamlSource } from './yaml-source.ts'

/** Endings of files that may be YAML (or JSON, which is YAML); a file with any other one is INI. */
const YAML_ENDINGS = new Set(['.yaml', '.yml', '.json', ''])

/**
 * Adds one file to an inventory in the form that Ansible would find in it: a script if it is executable, TOML by its
 * ending, YAML by its ending and content, INI otherwise.
 * @param directories folders of the sources before it, which a plugin may look into
 * @throws InputError with the problems of the form that was meant; some may be among the builder's instead
 */
export async function addFile(
  builder: InventoryBuilder,
  file: string,
  directories: readonly string[],
): Promise<void> {
  const absolute = resolve(file)
  const source = { file: absolute, directory: dirname(absolute) }
  const kind = await programKind(file)
  if (kind === 'program') return addScriptSource(builder, file, source)
  const { content: text, secret } = openText(await readTextFile(file), file)
  if (kind === 'script without permission') {
    throw new InputError([
      { message: 'begins with #! and is not executable', position: { file }, hint: `chmod +x ${file}` },
    ])
  }
  if (extname(file) === '.toml') return addTomlSource(builder, text, file, source, secret)
  if (!YAML_ENDINGS.has(extname(file))) {
    const problems = addIniSource(builder, text, file, source, secret)
    if (problems.length > 0) throw new InputError(looksLikeYaml(text) ? [notIni(file)] : problems)
    return
  }
  await addYamlOrIni(builder, text, file, source, secret, directories)
}

async function addYamlOrIni(
  builder: InventoryBuilder,
  text: string,
  file: string,
  source: Source,
  secret: boolean,
  directories: readonly string[],
): Promise<void> {
  const yaml = readRoot(text, file, secret)
  if (yaml === 'empty') {
    builder.warnings.push({ message: 'the inventory is empty', position: { file } })
    return
  }
  if ('root' in yaml) {
    builder.warnings.push(...yaml.warnings)
    if (isPluginConfiguration(yaml.root)) await addPluginSource(builder, yaml.root, file, source, directories)
    else addYamlSource(builder, yaml.root, source)
    return
  }
  const problems = addIniSource(builder, text, file, source, secret)
  if (problems.length > 0) throw new InputError(looksLikeIni(text) ? problems : yaml.problems)
}

/** The root of a YAML inventory; its problems when it is none and may be INI. */
function readRoot(
  text: string,
  file: string,
  secret: boolean,
): 'empty' | { root: YamlMap; warnings: readonly Problem[] } | { problems: readonly Problem[] } {
  let parsed: ReturnType<typeof parseYaml>
  try {
    parsed = parseYaml(text, file, { secret })
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    return { problems: error.problems }
  }
  const [root, second] = parsed.documents
  if (root === undefined || (root.kind === 'scalar' && root.value === null)) return 'empty'
  if (second !== undefined) {
    const message = 'a second document begins here'
    return { problems: [{ message, position: second.position, hint: 'an inventory is one document' }] }
  }
  if (root.kind !== 'map' || isIniByChance(root)) {
    const message = `an inventory is a mapping of groups, not ${root.kind === 'list' ? 'a list' : 'text'}`
    const hint = 'the first line is "all:", below it "hosts:", below it a line "NAME:" for each host'
    return { problems: [{ message, position: root.position, hint }] }
  }
  return { root, warnings: parsed.warnings }
}

/** A host line of INI with a colon and a blank in it is a mapping to YAML, but its key is no group. */
function isIniByChance(root: YamlNode): boolean {
  return root.kind === 'map' && root.entries.some(({ key }) => /^\[|[^{=]=[^=]/.test(key.raw))
}

/** A line that is a section, or a host with a variable; an indented one may stand in block text. */
function looksLikeIni(text: string): boolean {
  return /^\[[^\]\s,"']+\]|^[^\s#:=[\]{},"']+\s+[A-Za-z_]\w*=/m.test(text)
}

function looksLikeYaml(text: string): boolean {
  return !looksLikeIni(text) && /^(?:---|[^\s#:=]+:)\s*$/m.test(text)
}

function notIni(file: string): Problem {
  return {
    message: 'this looks like YAML, and a file of this name is read as INI',
    position: { file },
    hint: 'name it .yaml',
  }
}

/** What the first bytes and the permissions of a file say. */
async function programKind(file: string): Promise<'program' | 'script without permission' | 'text'> {
  const handle = await open(file).catch(() => undefined)
  if (handle === undefined) return 'text'
  try {
    const { mode } = await handle.stat()
    const head = Buffer.alloc(4)
    const { bytesRead } = await handle.read(head, 0, 4, 0)
    const isScript = bytesRead >= 2 && head.toString('latin1', 0, 2) === '#!'
    const executable = (mode & 0o111) !== 0
    if (isScript) return executable ? 'program' : 'script without permission'
    // Text that is executable by chance (a mounted folder where everything is) is text.
    return executable && ['7f454c46', 'cffaedfe', 'cafebabe'].includes(head.toString('hex'))
      ? 'program'
      : 'text'
  } finally {
    await handle.close()
  }
}
