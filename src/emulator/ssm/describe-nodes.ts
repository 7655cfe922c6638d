import { AwsError } from '../errors.ts'
import { Input } from '../protocol/input.ts'
import { page } from '../protocol/paging.ts'
import type { Call } from '../service.ts'
import type { ManagedNode } from '../state.ts'
import { pingStatus } from './nodes.ts'

type Described = Readonly<Record<string, string | number | boolean | undefined>> & {
  readonly InstanceId: string
}

interface Filter {
  readonly key: string
  readonly values: readonly string[]
}

/** Filter key -> what of a node is compared; undefined never matches. */
const FILTERS: Readonly<Record<string, (node: Described) => string | number | boolean | undefined>> = {
  ActivationIds: (node) => node['ActivationId'],
  AgentVersion: (node) => node['AgentVersion'],
  // Nodes have no associations here, so no status of one.
  AssociationStatus: () => undefined,
  IamRole: (node) => node['IamRole'],
  InstanceIds: (node) => node.InstanceId,
  PingStatus: (node) => node['PingStatus'],
  PlatformTypes: (node) => node['PlatformType'],
  ResourceType: (node) => node['ResourceType'],
  SourceIds: (node) => node['SourceId'],
  SourceTypes: (node) => node['SourceType'],
}

/** DescribeInstanceInformation: pages of 10 unless asked otherwise, 5 at least. */
export function describeInstanceInformation(members: Readonly<Record<string, unknown>>, call: Call): unknown {
  const input = new Input(members)
  const size = input.integer('MaxResults', { min: 5, max: 50 }) ?? 10
  const token = input.text('NextToken')
  const filters = readFilters(input)
  input.done()
  checkFilters(filters)
  const visible = call.now - call.settings.describeDelay * 1000
  const found = [...call.state.nodes.values()]
    .filter((node) => node.region === call.region && node.registered <= visible)
    .map((node) => ({ node, described: describe(node, call, visible) }))
    .filter(({ node, described }) => filters.every((filter) => matches(filter, node, described)))
    .sort((a, b) => (a.node.id < b.node.id ? -1 : 1))
    .map(({ described }) => described)
  const result = page(found, filters, token, size)
  if (result === null) throw new AwsError('InvalidNextToken', 'The specified token is not valid.')
  return { InstanceInformationList: result.items, NextToken: result.nextToken }
}

/** Both forms of the filters, of which a request may use one. */
function readFilters(input: Input): readonly Filter[] {
  const now = input.list('Filters') ?? []
  const old = input.list('InstanceInformationFilterList') ?? []
  if (now.length > 0 && old.length > 0) {
    throw new AwsError(
      'ValidationException',
      'Filters and InstanceInformationFilterList cannot be used together',
    )
  }
  return [
    ...now.map(({ Key, Values }) => ({ key: String(Key), values: texts(Values) })),
    ...old.map(({ key, valueSet }) => ({ key: String(key), values: texts(valueSet) })),
  ]
}

function texts(value: unknown): readonly string[] {
  if (
    !Array.isArray(value) ||
    value.length < 1 ||
    value.length > 100 ||
    !value.every((x) => typeof x === 'string')
  ) {
    throw new AwsError('InvalidInstanceInformationFilterValue', 'A filter takes 1 to 100 values.')
  }
  return value
}

function isTag(key: string): boolean {
  return key === 'tag-key' || key.startsWith('tag:')
}

function checkFilters(filters: readonly Filter[]): void {
  for (const { key, values } of filters) {
    if (!isTag(key) && !Object.hasOwn(FILTERS, key)) {
      throw new AwsError('InvalidFilterKey', `The filter key ${key} is not valid.`)
    }
    if (key === 'InstanceIds') {
      const wrong = values.find((value) => !/^(mi-[0-9a-f]{17}|i-[0-9a-f]{8}|i-[0-9a-f]{17})$/.test(value))
      if (wrong !== undefined) throw new AwsError('InvalidInstanceId', `Instance id ${wrong} is not valid.`)
    }
  }
  if (filters.some(({ key }) => isTag(key)) && !filters.every(({ key }) => isTag(key))) {
    throw new AwsError(
      'InvalidInstanceInformationFilterValue',
      'Tag filters cannot be combined with filters of any other type.',
    )
  }
}

function matches({ key, values }: Filter, node: ManagedNode, described: Described): boolean {
  if (key === 'tag-key') return values.some((value) => Object.hasOwn(node.tags, value))
  if (key.startsWith('tag:')) {
    const name = key.slice('tag:'.length)
    return Object.hasOwn(node.tags, name) && values.includes(node.tags[name]!)
  }
  return values.includes(String(FILTERS[key]!(described)))
}

function describe(node: ManagedNode, call: Call, visible: number): Described {
  const seenOnline = node.onlineSince !== undefined && node.onlineSince <= visible
  return {
    InstanceId: node.id,
    PingStatus: seenOnline ? pingStatus(node, call) : 'ConnectionLost',
    LastPingDateTime: seenOnline && node.lastPing !== undefined ? node.lastPing / 1000 : undefined,
    AgentVersion: node.report.agentVersion,
    IsLatestVersion: node.report.agentVersion === undefined ? undefined : true,
    PlatformType: node.report.platformType,
    PlatformName: node.report.platformName,
    PlatformVersion: node.report.platformVersion,
    ActivationId: node.activationId,
    IamRole: node.role,
    RegistrationDate: node.registered / 1000,
    ResourceType: 'ManagedInstance',
    Name: node.name,
    IPAddress: node.report.ipAddress,
    ComputerName: node.report.computerName,
    SourceId: node.id,
    SourceType: 'AWS::SSM::ManagedInstance',
  }
}
