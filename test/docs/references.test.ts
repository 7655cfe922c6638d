import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'

// What comments and pages refer to is there: fact sheets with their sections, files behind links.

const ROOT = join(import.meta.dirname, '../..')
const TEXT = /\.(?:ts|mjs|js|md|ya?ml|j2|awk|sh)$/
const SKIPPED = ['node_modules', '.git', '.cache', 'dist', 'test/cases']

function* files(folder: string): Iterable<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (SKIPPED.includes(relative(ROOT, path))) continue
    if (entry.isDirectory()) yield* files(path)
    else if (TEXT.test(entry.name) && statSync(path).size < 2 ** 20) yield path
  }
}

const all = [...files(ROOT)].map((path) => ({
  name: relative(ROOT, path),
  text: readFileSync(path, 'utf8'),
}))

describe('references to fact sheets', () => {
  const reference = /\bfacts\/([a-z-]+)\.md(?:[,:)]*\s+(?:section\s+)?(\d+(?:\.\d+)?))?/g
  const found = all
    .filter(({ name }) => name !== 'docs/facts/README.md')
    .flatMap(({ name, text }) =>
      [...text.matchAll(reference)].map(([whole, sheet, section]) => ({ name, whole, sheet, section })),
    )

  test('are many', () => expect(found.length).toBeGreaterThan(40))

  test('lead to a sheet of the repository, and to a section of it', () => {
    const wrong = found.filter(({ sheet, section }) => {
      const path = join(ROOT, 'docs/facts', `${sheet}.md`)
      if (!existsSync(path)) return true
      if (section === undefined) return false
      return !new RegExp(`^#+ ${section.replace('.', '\\.')}\\.? `, 'm').test(readFileSync(path, 'utf8'))
    })
    expect(wrong.map(({ name, whole }) => `${name}: ${whole}`)).toEqual([])
  })
})

test('links between pages lead to files', () => {
  const wrong = all
    .filter(({ name }) => name.endsWith('.md') && !name.startsWith('docs/facts/'))
    .flatMap(({ name, text }) =>
      [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)/g)]
        .map(([, target]) => target as string)
        .filter((target) => !existsSync(join(ROOT, dirname(name), target)))
        .map((target) => `${name}: ${target}`),
    )
  expect(wrong).toEqual([])
})

test('files of code that pages and comments name are there', () => {
  const known = new Set(all.map(({ name }) => name))
  const wrong = all
    .filter(({ name }) => /^(?:src|scripts|bench)\/.*\.ts$|^(?:ARCHITECTURE|CONTRIBUTING)\.md$/.test(name))
    .flatMap(({ name, text }) =>
      [...text.matchAll(/`((?:[\w-]+\/)*[\w-]+\.ts)`/g)]
        .map(([, target]) => target as string)
        .filter((target) => ![...known].some((one) => one === target || one.endsWith(`/${target}`)))
        .map((target) => `${name}: ${target}`),
    )
  expect(wrong).toEqual([])
})

test('files and folders of tests that anything names are there', () => {
  const wrong = all.flatMap(({ name, text }) =>
    [...text.matchAll(/(?<![\w/.-])test(?:\/[\w-]+)*\/[\w.-]+\.(?:ts|ya?ml|md)\b/g)]
      .map(([target]) => target)
      .filter((target) => !existsSync(join(ROOT, target)))
      .map((target) => `${name}: ${target}`),
  )
  expect(wrong.filter((one) => !one.includes('NAME'))).toEqual([])
})

test('folders that ARCHITECTURE and CONTRIBUTING name are there', () => {
  const folders = new Set(all.map(({ name }) => dirname(name)))
  const wrong = all
    .filter(({ name }) => /^(?:ARCHITECTURE|CONTRIBUTING)\.md$/.test(name))
    .flatMap(({ name, text }) =>
      [...text.matchAll(/`((?:[\w-]+\/)+)`|`((?:src|test|docs)\/[\w/-]+)`/g)]
        .map(([, shown, path]) => (shown ?? path ?? '').replace(/\/$/, ''))
        .filter((target) => ![...folders].some((one) => `/${one}/`.includes(`/${target}/`)))
        .map((target) => `${name}: ${target}`),
    )
  expect(wrong.filter((one) => !one.includes('NAME'))).toEqual([])
})
