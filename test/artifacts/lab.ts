import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type FetchResult, fetchArtifacts } from '../../src/artifacts/fetch.ts'
import { readArtifacts } from '../../src/artifacts/read.ts'

export const sha256 = (content: Buffer | string) => createHash('sha256').update(content).digest('hex')

/** A folder for one test. */
export function workFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'muster-artifacts-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** An artifacts.yaml in a folder of its own, and a folder to fill. */
export class Lab {
  readonly folder = workFolder()
  readonly pins = join(this.folder, 'artifacts.yaml')
  readonly target = join(this.folder, 'artifacts')

  constructor(text: string) {
    writeFileSync(this.pins, text)
  }

  get text(): string {
    return readFileSync(this.pins, 'utf8')
  }

  /** All files below the target folder, hidden ones too. */
  get files(): string[] {
    const entries = readdirSync(this.target, { recursive: true, withFileTypes: true })
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  }

  content(product: string): string {
    const path = this.files.find((each) => each.startsWith(join(this.target, product)))
    return path === undefined ? '' : readFileSync(path, 'utf8')
  }

  /** Fetches everything that artifacts.yaml names. */
  async fetch(
    options: { readonly trustDownload?: boolean; readonly environment?: NodeJS.ProcessEnv } = {},
  ): Promise<FetchResult[]> {
    const file = await readArtifacts(this.pins)
    return fetchArtifacts(file, file.artifacts, this.target, {
      signal: new AbortController().signal,
      environment: options.environment ?? {},
      trustDownload: options.trustDownload ?? false,
      done: () => {},
    })
  }
}

/** State and proof of each result, or message and hint of what failed. */
export function outcomes(results: readonly FetchResult[]): string[] {
  return results.map((result) =>
    result.state === 'failed'
      ? `failed: ${result.error.message}${result.error.hint === undefined ? '' : ` (${result.error.hint})`}`
      : `${result.state}: ${result.proof}${result.locked ? ', locked' : ''}`,
  )
}
