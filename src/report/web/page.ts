import { markup } from '../afterwards/markup.ts'

/**
 * The live page: a fleet map, the wave at work, what failed and what the rollout said. It draws what the server's events tell
 * with `textContent` alone, so that nothing of a host becomes markup, and turns into the report when the run has ended.
 *
 * @param nonce of the answer's Content-Security-Policy
 * @param token goes back with each request
 */
export function livePage(nonce: string, token: string): string {
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="referrer" content="no-referrer"/>
<title>muster</title>
<style>
:root { color-scheme: light dark; --ok: #2e7d32; --changed: #b26a00; --bad: #c62828; --off: #78909c; --busy: #1565c0 }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 68rem; margin: 1.5rem auto; padding: 0 1rem }
#fleet { display: flex; flex-wrap: wrap; gap: 4px; list-style: none; padding: 0 }
#fleet li { padding: 2px 8px; border-radius: 4px; background: var(--off); color: #fff; font-size: 13px; max-width: 22rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
#fleet .busy { background: var(--busy) } #fleet .ok { background: var(--ok) } #fleet .changed { background: var(--changed) }
#fleet .failed, #fleet .unreachable, #fleet .unknown { background: var(--bad) }
#failures li { color: var(--bad) } pre { white-space: pre-wrap; overflow-wrap: anywhere }
</style>
</head>
<body data-token="${token}">
<h1 id="title">muster</h1>
<p id="state" role="status">waiting for the run</p>
<p><a id="report" target="_blank">the report so far: every host's timeline, changes with their diffs</a></p>
<h2>Fleet</h2><ol id="fleet"></ol>
<h2>Waves</h2><ol id="waves"></ol>
<h2>What went wrong</h2><ul id="failures"></ul>
<h2>Messages</h2><ul id="messages"></ul>
<script nonce="${nonce}" src="live.js?token=${token}"></script>
</body>
</html>
`.text
}

/** The program of the page. A text, since it runs in browsers and no part of muster does. */
export const LIVE_SCRIPT = `'use strict'
const token = document.body.dataset.token
const at = (path) => path + '?token=' + encodeURIComponent(token)
const byId = (id) => document.getElementById(id)
const hosts = new Map()
const failures = new Map()
const MOST = 200
byId('report').href = at('report')

function add(list, text) {
  const item = document.createElement('li')
  item.textContent = text
  byId(list).append(item)
  while (byId(list).children.length > MOST) byId(list).firstChild.remove()
  return item
}
function host(name) {
  let known = hosts.get(name)
  if (known === undefined) {
    known = { item: document.createElement('li'), done: 0, worst: '' }
    known.item.textContent = name
    known.item.dataset.host = name
    byId('fleet').append(known.item)
    hosts.set(name, known)
  }
  return known
}
const BAD = ['failed', 'unreachable', 'unknown']
function state() {
  let busy = 0
  let bad = 0
  for (const { item, worst } of hosts.values()) {
    if (BAD.includes(worst)) bad += 1
    else if (item.className === 'busy') busy += 1
  }
  byId('state').textContent = hosts.size + ' hosts: ' + busy + ' at work, ' + bad + ' failed'
}
const show = {
  'run-started': (event) => {
    document.title = byId('title').textContent = 'muster ' + event.mode + ' ' + event.playbook
  },
  'play-started': (event) => {
    for (const name of event.hosts) host(name)
    add('messages', 'play ' + event.play + ': ' + event.hosts.length + ' hosts')
  },
  'batch-started': (event) => {
    add('waves', event.play + ': ' + event.batch + ' of ' + event.batches + ' (' + event.hosts.length + ' hosts)')
  },
  phase: (event) => {
    const { item, worst } = host(event.host)
    if (event.phase === 'done') item.className = worst || 'ok'
    else if (!BAD.includes(worst)) item.className = 'busy'
    item.title = event.what || event.phase
  },
  task: (event) => {
    const known = host(event.host)
    if (event.item !== undefined) return
    known.done += 1
    known.item.title = event.task + ': ' + event.status
    if (BAD.includes(event.status)) {
      known.worst = known.item.className = event.status
      const key = event.status + ' ' + event.task + ' ' + (event.message || '').replaceAll(event.host, '<host>')
      const found = failures.get(key) || { item: add('failures', ''), hosts: [], event }
      failures.set(key, found)
      found.hosts.push(event.host)
      const names = found.hosts.slice(0, 10).join(', ') + (found.hosts.length > 10 ? ' and ' + (found.hosts.length - 10) + ' more' : '')
      found.item.textContent = event.status + ' on ' + names + (event.task ? " at '" + event.task + "'" : '') + ': ' + (event.message || '') + (event.hint ? ' -> ' + event.hint : '')
    } else if (event.status === 'changed' && known.worst === '') known.worst = 'changed'
  },
  warning: (event) => add('messages', 'warning: ' + event.message),
  notice: (event) => add('messages', event.message),
  stopped: (event) => add('messages', 'the rollout stops itself: ' + event.reason),
}
const source = new EventSource(at('events'))
source.onmessage = ({ data }) => {
  const event = JSON.parse(data)
  if (Object.hasOwn(show, event.type)) show[event.type](event)
  if (event.type === 'run-ended') end()
  else if (event.type !== 'run-started') state()
}
source.onerror = () => {
  byId('state').textContent = 'muster does not answer: the run may have ended'
}
// The report needs nobody behind it: the page is whole when muster has gone.
async function end() {
  source.close()
  const answer = await fetch(at('report'))
  const text = await answer.text()
  await fetch(at('seen'), { method: 'POST' })
  document.open()
  document.write(text)
  document.close()
}
`
