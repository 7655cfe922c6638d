import type { Position } from '../../values/position.ts'
import type { TemplateText } from '../../values/template-text.ts'
import type { ReadingOptions } from '../api.ts'
import { requireKnownInExpression, requireKnownInTemplate } from '../known-names.ts'
import { DEFAULT_SETTINGS, fileSettings, isPlainText, type Settings } from '../lexer/settings.ts'
import { type ParsedExpression, parseBareExpression, parseTemplate, type Template } from '../parser/parse.ts'

/*
 * Parsed templates. The same template runs for thousands of hosts, so each is parsed once: texts of playbooks as long
 * as they live, files until their content changes, conditions for good (there are as many as the playbook has).
 */

/** How templates in playbooks are read: constants keep their backslashes. */
export const TEXT_SETTINGS: Settings = { ...DEFAULT_SETTINGS, keepBackslashes: true }

const texts = new WeakMap<TemplateText, Template>()
const files = new Map<string, { source: string; template: Template }>()
const expressions = new Map<string, ParsedExpression>()

/** The template in a variable or a parameter. @throws TemplateError for a syntax error */
export function templateOf(text: TemplateText): Template {
  let template = texts.get(text)
  if (template === undefined) {
    template = parseTemplate(text.source, text.position, TEXT_SETTINGS)
    requireKnownInTemplate(template)
    texts.set(text, template)
  }
  return template
}

/** Whether a text of a playbook has nothing to evaluate after all. */
export function isPlainValue(text: TemplateText): boolean {
  return isPlainText(text.source, TEXT_SETTINGS)
}

/** Whether a template file has nothing to evaluate and is to be taken as it is. */
export function isPlainFile(source: string, options: ReadingOptions): boolean {
  return isPlainText(source, fileSettings(options))
}

/** A template file. @throws TemplateError for a syntax error */
export function templateFile(source: string, file: string, options: ReadingOptions): Template {
  const { trimBlocks, lstripBlocks, newlineSequence, markers } = options
  const key = JSON.stringify([file, trimBlocks, lstripBlocks, newlineSequence, markers])
  const known = files.get(key)
  if (known?.source === source) return known.template
  const template = parseTemplate(source, { file, line: 1, column: 1 }, fileSettings(options))
  requireKnownInTemplate(template)
  files.set(key, { source, template })
  return template
}

/** An expression without marks. @throws TemplateError for a syntax error */
export function bareExpression(text: string, position: Position | undefined): ParsedExpression {
  const key = JSON.stringify([text, position])
  let parsed = expressions.get(key)
  if (parsed === undefined) {
    parsed = parseBareExpression(text, position)
    requireKnownInExpression(parsed)
    expressions.set(key, parsed)
  }
  return parsed
}
