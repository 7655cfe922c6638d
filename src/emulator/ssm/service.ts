import { CommonError } from '../errors.ts'
import { json, jsonError, readJson } from '../protocol/json.ts'
import { type CloudRequest, header } from '../request.ts'
import type { Call, Service } from '../service.ts'
import { createActivation, deleteActivation, describeActivations } from './activations.ts'
import { describeInstanceInformation } from './describe-nodes.ts'
import { ssmNeeds } from './needs.ts'
import { deregisterManagedInstance, updateInstanceInformation } from './nodes.ts'
import { registerManagedInstance, requestRoleToken, updatePublicKey } from './registration.ts'
import { getServiceSetting, updateServiceSetting } from './service-settings.ts'
import { addTags, listTags, removeTags } from './tags.ts'

type Members = Readonly<Record<string, unknown>>
type Operation = (members: Members, call: Call) => unknown

const nothing: Operation = () => ({})

const OPERATIONS: Readonly<Record<string, Operation>> = {
  CreateActivation: createActivation,
  DescribeActivations: describeActivations,
  DeleteActivation: deleteActivation,
  RegisterManagedInstance: registerManagedInstance,
  RequestManagedInstanceRoleToken: requestRoleToken,
  UpdateManagedInstancePublicKey: updatePublicKey,
  UpdateInstanceInformation: updateInstanceInformation,
  DescribeInstanceInformation: describeInstanceInformation,
  DeregisterManagedInstance: deregisterManagedInstance,
  AddTagsToResource: addTags,
  RemoveTagsFromResource: removeTags,
  ListTagsForResource: listTags,
  GetServiceSetting: getServiceSetting,
  UpdateServiceSetting: updateServiceSetting,
  // There are no associations, so an agent finds none and has nothing to report; it calls these all the same.
  ListInstanceAssociations: () => ({ Associations: [] }),
  ListAssociations: () => ({ Associations: [] }),
  PutInventory: nothing,
  PutComplianceItems: nothing,
  PutConfigurePackageResult: nothing,
  UpdateInstanceAssociationStatus: nothing,
}

const TARGET = 'AmazonSSM.'

/** Systems Manager: AWS JSON 1.1, the operation in X-Amz-Target. */
export const ssm: Service = {
  scope: 'ssm',
  handles: (request) => target(request).startsWith(TARGET),
  operation(request) {
    const name = target(request).slice(TARGET.length)
    if (!Object.hasOwn(OPERATIONS, name)) {
      throw new CommonError('unknown-operation', `The operation ${name} is not known.`)
    }
    return `ssm:${name}`
  },
  signing(operation) {
    if (operation === 'ssm:RegisterManagedInstance') return 'none'
    return operation === 'ssm:RequestManagedInstanceRoleToken' ||
      operation === 'ssm:UpdateManagedInstancePublicKey'
      ? 'node-key'
      : 'access-key'
  },
  needs: ssmNeeds,
  answer: (call) => json(OPERATIONS[call.operation.slice('ssm:'.length)]!(readJson(call.request), call)),
  refuse: jsonError,
}

const MESSAGES_TARGET = 'EC2WindowsMessageDeliveryService.'

/** The queue an agent polls for commands; always empty, since nobody sends any. */
export const ec2messages: Service = {
  scope: 'ec2messages',
  handles: (request) => target(request).startsWith(MESSAGES_TARGET),
  operation(request) {
    const name = target(request).slice(MESSAGES_TARGET.length)
    if (name !== 'GetMessages')
      throw new CommonError('unknown-operation', `The operation ${name} is not known.`)
    return 'ec2messages:GetMessages'
  },
  signing: () => 'access-key',
  needs: ({ operation }) => [{ action: operation, resource: '*', context: {} }],
  answer: ({ request }) => json({ Destination: readJson(request)['Destination'], Messages: [] }),
  refuse: jsonError,
}

function target(request: CloudRequest): string {
  return header(request, 'x-amz-target') ?? ''
}
