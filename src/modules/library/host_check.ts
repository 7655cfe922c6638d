import { managedPackage } from '../../probes/package.ts'
import { registration } from '../../probes/registration.ts'
import { scriptProbe } from '../../probes/script.ts'
import { stat } from '../../probes/stat.ts'
import { unitSummary } from '../../probes/unit-summary.ts'
import { revealText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Dict } from '../../values/value.ts'
import { KNOWN_COLLECTORS } from '../collectors/known.ts'
import { defineModule } from '../module.ts'
import { type Endpoint, neededEndpoints } from '../readiness/endpoints.ts'
import { type Finding, findingsValue } from '../readiness/finding.ts'
import { readHostAnswers } from '../readiness/host-answers.ts'
import { hostScript } from '../readiness/host-script.ts'
import {
  judgeAgent,
  judgeCollectors,
  judgeDisk,
  judgePorts,
  judgeProxy,
  judgeSystem,
} from '../readiness/judge-host.ts'
import { judgeClock, judgeEndpoints, skewByAws } from '../readiness/judge-network.ts'

export default defineModule({
  name: 'host_check',
  runsOn: 'host',
  checkMode: 'run',
  documentation: {
    summary:
      'Looks whether a host is ready: AWS in reach, clock, disk, packages, ports, agents that are there.',
    notes: [
      'It changes nothing, and asks all of it in one request. `muster doctor` runs it and shows a table.',
      'Endpoints are asked by curl, wget, openssl or bash, whichever the host has; what they cannot tell is said as not checked. No request of a host is signed: it has no keys yet, and a signature of the controller would let a host act in its name. That AWS itself refuses an unsigned request is the proof that it was AWS.',
      'A proxy is what the environment of the task says (http_proxy, https_proxy, no_proxy).',
    ],
    examples: `
- name: ready
  host_check:
    region: eu-central-1
  environment: { https_proxy: "http://proxy.example.com:3128" }
  register: ready
`,
    returns: {
      findings: 'a list of check, status (ok, warning, failed, unchecked), found and next',
      ready: 'false where one has failed',
    },
  },
  spec: {
    parameters: {
      region: { type: 'str', required: true, doc: 'AWS region.' },
      endpoints: {
        type: 'dict',
        default: new Map(),
        doc: "Endpoints in place of AWS's own: service -> URL. Others are asked as well.",
      },
      ca: {
        type: 'str',
        doc: 'Certificates, in PEM form, to trust where those of the host do not suffice.',
      },
      ports: {
        type: 'list',
        default: [9100, 9090],
        doc: 'TCP ports that nobody may listen on but the collectors.',
      },
    },
  },
  observe: (params) => ({
    host: scriptProbe(
      hostScript(endpointsOf(params), portsOf(params.ports), revealText(params.ca)),
      readHostAnswers,
    ),
    registration: registration(),
    package: managedPackage('amazon-ssm-agent'),
    snap: stat('/snap/amazon-ssm-agent/current'),
    units: KNOWN_COLLECTORS.map(({ units }) => unitSummary(units[0])),
  }),
  async *converge(params, answers) {
    const { host } = answers
    const [seconds = '', synchronized] = host.text('clock')?.split(' ') ?? []
    const byAws = skewByAws(host)
    const skew = byAws ?? Number(seconds) - Math.floor(Date.now() / 1000)
    const findings: Finding[] = [
      ...judgeEndpoints(endpointsOf(params), host),
      ...judgeProxy(host),
      judgeClock(
        skew,
        byAws === undefined ? 'the controller' : 'AWS',
        synchronized === 'yes' ? true : synchronized === 'no' ? false : undefined,
      ),
      ...judgeDisk(host),
      ...judgeSystem(host, answers.package),
      judgeAgent(
        answers.package,
        (answers.snap.target?.stat ?? answers.snap.stat)?.kind === 'directory',
        answers.registration,
        revealText(params.region),
      ),
      judgeCollectors(answers.units),
      ...judgePorts(host, portsOf(params.ports), answers.units),
    ]
    return {
      result: {
        findings: findingsValue(findings),
        ready: findings.every(({ status }) => status !== 'failed'),
      },
    }
  },
})

/** @throws TaskFailure for what is no URL */
function endpointsOf({
  region,
  endpoints,
}: {
  readonly region: unknown
  readonly endpoints: Dict
}): Endpoint[] {
  const given = new Map([...endpoints].map(([service, url]) => [String(service), String(url)]))
  const all = neededEndpoints(String(region), given)
  const wrong = all.find(({ url }) => !URL.canParse(url))
  if (wrong !== undefined)
    throw new TaskFailure(`the endpoint of ${wrong.service} is no URL: ${wrong.url}`, {
      hint: 'write https://HOST, without a path',
    })
  return all
}

function portsOf(ports: readonly unknown[]): number[] {
  return ports.map((port) => {
    const number = Number(String(port))
    if (!Number.isSafeInteger(number) || number < 1 || number > 65_535)
      throw new TaskFailure(`${String(port)} is no port`, { hint: 'ports are numbers from 1 to 65535' })
    return number
  })
}
