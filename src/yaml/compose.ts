import { EVENT_ID, SCALAR_STYLE } from 'js-yaml'
import type { Position } from '../values/position.ts'
import type { Problem } from '../values/problem.ts'
import { hasTemplateMarks } from '../values/template-text.ts'
import { didYouMean } from '../values/text/nearest.ts'
import { isSopsValue } from '../vault/sops.ts'
import { type Built, MAX_DEPTH, MAX_NODES } from './built.ts'
import type { Lines } from './lines.ts'
import { type Entry, mergeEntries } from './merge.ts'
import type { YamlNode, YamlScalar } from './node.ts'
import {
  type Collection,
  type LocalTag,
  nothing,
  type Of,
  scalarText,
  tagText,
  typeScalar,
  WORDS_AS_KEYS,
} from './scalar-event.ts'
import { type Event, KNOWN_TAGS, readTag, type Tag } from './tags.ts'

/** Builds the nodes of every document from js-yaml's events; collects all problems on the way. */
export class Composer {
  readonly problems: Problem[] = []
  readonly warnings: Problem[] = []
  readonly #source: string
  readonly #lines: Lines
  readonly #events: readonly Event[]
  #next = 0
  /** Where the last thing ended: the place of an empty value. */
  #end = 0
  #anchors = new Map<string, Built | 'open'>()
  #directives: Of<1>['directives'] = []

  readonly #secret: boolean

  /** @param secret the text was encrypted as a whole */
  constructor(source: string, lines: Lines, events: readonly Event[], secret = false) {
    this.#secret = secret
    this.#source = source
    this.#lines = lines
    this.#events = events
  }

  documents(): YamlNode[] {
    const documents: YamlNode[] = []
    while (this.#next < this.#events.length) {
      const event = this.#take()
      if (event.type !== EVENT_ID.DOCUMENT) continue
      this.#directives = event.directives
      this.#anchors = new Map()
      documents.push(this.#node(undefined, undefined).node)
    }
    return documents
  }

  #take(): Event {
    return this.#events[this.#next++]!
  }

  /** @param inherited the local tag of a collection around it */
  #node(inherited: LocalTag | undefined, emptyAt: Position | undefined, isKey = false): Built {
    const event = this.#take()
    if (event.type === EVENT_ID.ALIAS) return this.#alias(event)
    if (event.type === EVENT_ID.DOCUMENT || event.type === EVENT_ID.POP) {
      throw new Error('js-yaml gave an event where a node belongs')
    }
    const anchor = event.anchorStart < 0 ? undefined : this.#source.slice(event.anchorStart, event.anchorEnd)
    if (anchor !== undefined) this.#anchors.set(anchor, 'open')
    const built =
      event.type === EVENT_ID.SCALAR
        ? { node: this.#scalar(event, inherited, emptyAt, isKey), size: 1, depth: 1 }
        : this.#bounded(event, this.#collection(event, inherited))
    if (anchor !== undefined) this.#anchors.set(anchor, built)
    return built
  }

  #alias(event: Of<5>): Built {
    const name = this.#source.slice(event.anchorStart, event.anchorEnd)
    const position = this.#lines.at(event.anchorStart)
    this.#end = event.anchorEnd
    const found = this.#anchors.get(name)
    if (typeof found === 'object') return found
    if (found === undefined) {
      // The name is not shown, here and below: text that begins with * or ! may be a password without quotes.
      const hint = didYouMean(name, this.#anchors.keys()) ?? 'text that begins with * needs quotes around it'
      this.#problem('no anchor of that name above this alias', position, hint)
    } else if (found === 'open') {
      this.#problem('an alias stands inside its own anchor', position)
    }
    return { node: nothing(position), size: 1, depth: 1 }
  }

  /** Refuses a node that aliases unfold to more than a machine should hold, once an anchor. */
  #bounded(event: Collection, built: Built): Built {
    if (built.size <= MAX_NODES && built.depth <= MAX_DEPTH) return built
    const position = this.#lines.at(event.start)
    this.#problem(
      built.size > MAX_NODES
        ? `aliases unfold to more than ${MAX_NODES} values here`
        : `values are nested more than ${MAX_DEPTH} levels deep here`,
      position,
    )
    return { node: nothing(position), size: 1, depth: 1 }
  }

  #collection(event: Collection, inherited: LocalTag | undefined): Built {
    const tag = this.#tag(event)
    const position = this.#lines.at(event.start)
    const local = tag?.kind === 'local' ? tag.name : inherited
    const isMap = event.type === EVENT_ID.MAPPING
    const fits = isMap ? ['map', 'set'] : ['seq']
    if (tag?.kind === 'standard' || (tag?.kind === 'collection' && !fits.includes(tag.name))) {
      this.#problem(`${tagText(this.#source, event)} does not fit a ${isMap ? 'mapping' : 'list'}`, position)
    } else if (local === 'vault') {
      this.#problem('!vault belongs in front of encrypted text', position)
    }
    if (!isMap) return this.#list(position, local)
    return this.#map(position, local, tag?.kind === 'collection' && tag.name === 'set')
  }

  #list(position: Position, local: LocalTag | undefined): Built {
    const items: YamlNode[] = []
    let size = 1
    let depth = 0
    while (this.#events[this.#next]!.type !== EVENT_ID.POP) {
      const item = this.#node(local, undefined)
      items.push(item.node)
      size += item.size
      depth = Math.max(depth, item.depth)
    }
    this.#next++
    return { node: { kind: 'list', items, position }, size, depth: depth + 1 }
  }

  #map(position: Position, local: LocalTag | undefined, isSet: boolean): Built {
    const entries: Entry[] = []
    let size = 1
    let depth = 0
    while (this.#events[this.#next]!.type !== EVENT_ID.POP) {
      const key = this.#key()
      const value = this.#node(local, key?.position)
      if (key !== undefined) entries.push({ key, value: value.node })
      size += value.size + 1
      depth = Math.max(depth, value.depth)
    }
    this.#next++
    const { entries: merged, repeated } = mergeEntries(entries, this.problems, this.warnings)
    // Merged keys count too: a chain of maps that merge each other grows like one of aliases.
    size += merged.length
    const node: YamlNode = isSet
      ? { kind: 'list', items: merged.map((entry) => entry.key), position }
      : { kind: 'map', entries: merged, repeated, position }
    return { node, size, depth: depth + 1 }
  }

  /** A key; undefined after a problem. */
  #key(): YamlScalar | undefined {
    const event = this.#events[this.#next]!
    const { node } = this.#node(undefined, undefined, true)
    if (node.kind === 'scalar') {
      if (node.tag !== 'secret' && node.tag !== 'vault') return node
      this.#problem(`a key cannot be !${node.tag}`, node.position)
      return undefined
    }
    const braces = event.type === EVENT_ID.MAPPING && this.#source.startsWith('{', event.start - 1)
    if (braces) {
      this.#problem(
        'YAML reads {{ as the beginning of a mapping',
        this.#lines.at((event as Of<3>).start - 1),
        'a template needs quotes around it: "{{ name }}"',
      )
    } else {
      this.#problem(`a ${node.kind === 'map' ? 'mapping' : 'list'} cannot be a key`, node.position)
    }
    return undefined
  }

  #scalar(
    event: Of<4>,
    inherited: LocalTag | undefined,
    emptyAt: Position | undefined,
    isKey: boolean,
  ): YamlScalar {
    const raw = scalarText(this.#source, event)
    const position = this.#scalarPosition(event, emptyAt)
    this.#end = Math.max(this.#end, event.valueEnd, event.tagEnd, event.anchorEnd)
    const quoted = event.style !== SCALAR_STYLE.PLAIN
    const tag = this.#tag(event)
    const local = tag?.kind === 'local' ? tag.name : inherited
    if (tag?.kind === 'collection')
      this.#problem(`${tagText(this.#source, event)} does not fit text`, position)
    const typed = typeScalar(raw, quoted || (isKey && WORDS_AS_KEYS.has(raw)), tag, local)
    if ('error' in typed) this.#problem(typed.error, position)
    if (local === 'secret' && hasTemplateMarks(raw)) {
      // A Secret is never evaluated, so the marks would be taken for the value.
      this.#problem(
        '!secret takes text, not a template',
        position,
        'mark the values that the template uses as !secret: what is made from a secret is one',
      )
    }
    if (isSopsValue(raw)) {
      this.#problem(
        'this is ciphertext of SOPS, which is no value',
        position,
        'a file that sops has encrypted as a whole is opened by sops; here its part "sops" is missing',
      )
    }
    const value = 'error' in typed ? null : typed.value
    return {
      kind: 'scalar',
      value,
      raw,
      quoted,
      ...(local === undefined ? {} : { tag: local }),
      ...(this.#secret && !isKey ? { hidden: true as const } : {}),
      position,
    }
  }

  #scalarPosition(event: Of<4>, emptyAt: Position | undefined): Position {
    if (event.valueStart < 0) {
      return event.tagStart >= 0 ? this.#lines.at(event.tagStart) : (emptyAt ?? this.#lines.at(this.#end))
    }
    // Block text begins behind its indentation.
    return this.#lines.at(event.valueStart + Math.max(0, event.indent))
  }

  #tag(event: Collection | Of<4>): Tag | undefined {
    if (event.tagStart < 0) return undefined
    const tag = readTag(tagText(this.#source, event), this.#directives)
    if (tag.kind === 'unknown') {
      const hint =
        tag.hint ?? didYouMean(tag.written, KNOWN_TAGS) ?? 'text that begins with ! needs quotes around it'
      this.#problem('no such tag is known', this.#lines.at(event.tagStart), hint)
    }
    return tag
  }

  #problem(message: string, position: Position, hint?: string): void {
    this.problems.push({ message, position, hint })
  }
}
