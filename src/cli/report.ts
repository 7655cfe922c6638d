import { writeFile } from 'node:fs/promises'
import { Command, Option } from 'commander'
import manifest from '../../package.json' with { type: 'json' }
import { htmlReport } from '../report/afterwards/html.ts'
import { junitReport } from '../report/afterwards/junit.ts'
import { markdownReport } from '../report/afterwards/markdown.ts'
import { sarifReport } from '../report/afterwards/sarif.ts'
import { type Story, storyJson } from '../report/afterwards/story.ts'
import { stateFolder } from '../run/record/state-folders.ts'
import { storyOfRun } from './options/find-run.ts'

/** What each format is made by. */
const FORMATS: Readonly<Record<string, (story: Story, alive: boolean) => string>> = {
  html: htmlReport,
  markdown: markdownReport,
  junit: junitReport,
  sarif: (story) => sarifReport(story, manifest.version, process.cwd()),
  json: (story) => `${JSON.stringify(storyJson(story), null, 2)}\n`,
}

/** `muster report [RUN]`: a report of a run, made from what it recorded. */
export function reportCommand(): Command {
  return new Command('report')
    .argument('[run]', 'identifier of a run, or its beginning; the last one when left out')
    .addOption(
      new Option('-F, --format <format>', 'of the report').choices(Object.keys(FORMATS)).default('markdown'),
    )
    .option('-o, --output <file>', 'write there instead of standard output')
    .action(async (run: string | undefined, words: { readonly format: string; readonly output?: string }) => {
      const { story, alive } = await storyOfRun(await stateFolder(), run)
      const text = FORMATS[words.format]!(story, alive)
      if (words.output === undefined) process.stdout.write(text)
      else await writeFile(words.output, text)
    })
}
