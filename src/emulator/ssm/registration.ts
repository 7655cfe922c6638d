import { randomBytes } from 'node:crypto'
import { bySystemsManager, trusts } from '../auth/evaluate.ts'
import { readPublicKey } from '../auth/node-key.ts'
import { AwsError } from '../errors.ts'
import { Input } from '../protocol/input.ts'
import type { Call } from '../service.ts'
import { type Activation, type ManagedNode, seenBy } from '../state.ts'
import { hashCode } from './activations.ts'

/** Hybrid nodes an account may have in a region in the standard tier. */
const STANDARD_TIER = 1000
/** Credentials are remembered this long after they expire, so that their use is answered as expired, not unknown. */
const REMEMBERED = 24 * 3_600_000

/** RegisterManagedInstance: unsigned; the activation's id and code are the proof. */
export function registerManagedInstance(members: Readonly<Record<string, unknown>>, call: Call): unknown {
  const input = new Input(members)
  const code = input.text('ActivationCode', { required: true, min: 20, max: 250 })
  const id = input.text('ActivationId', { required: true, min: 36 })
  const fingerprint = input.text('Fingerprint', { required: true })
  const publicKey = input.text('PublicKey', { required: true })
  input.text('PublicKeyType', { choices: ['Rsa'] })
  input.done()
  const { state, now } = call
  const activation = usableActivation(state.activations.get(id), code, call)
  if (readPublicKey(publicKey) === null)
    throw new AwsError('InvalidPublicKey', 'The public key is not valid.')
  if ([...state.nodes.values()].some((node) => node.publicKey === publicKey)) {
    throw new AwsError('InstanceAlreadyRegistered', 'The instance is already registered.')
  }
  // What AWS answers beyond the standard tier is documented nowhere; its nearest declared error is taken.
  const inRegion = [...state.nodes.values()].filter((node) => node.region === activation.region).length
  if (inRegion >= STANDARD_TIER && state.activationTiers.get(activation.region)?.value !== 'advanced') {
    throw new AwsError(
      'RegistrationLimitExceeded',
      'The account has reached its limit of on-premises instances.',
    )
  }
  const node: ManagedNode = {
    id: `mi-${randomBytes(9).toString('hex').slice(0, 17)}`,
    region: activation.region,
    activationId: activation.id,
    role: activation.role,
    name: activation.defaultInstanceName,
    registered: now,
    fingerprint,
    publicKey,
    tags: { ...activation.tags },
    report: {},
    lastPing: undefined,
    onlineSince: undefined,
  }
  activation.registrations += 1
  state.nodes.set(node.id, node)
  return { InstanceId: node.id }
}

function usableActivation(activation: Activation | undefined, code: string, call: Call): Activation {
  if (
    activation === undefined ||
    activation.codeHash !== hashCode(code) ||
    call.now < activation.created + call.settings.activationDelay * 1000
  ) {
    throw new AwsError('InvalidActivation', 'The activation ID and activation code are not valid.')
  }
  if (activation.expires <= call.now) throw new AwsError('ActivationExpired', 'The activation has expired.')
  if (activation.registrations >= activation.limit) {
    throw new AwsError(
      'RegistrationLimitExceeded',
      'The registration limit of the activation has been reached.',
    )
  }
  return activation
}

/** RequestManagedInstanceRoleToken: credentials of the node's role, for a machine that has not changed. */
export function requestRoleToken(members: Readonly<Record<string, unknown>>, call: Call): unknown {
  const input = new Input(members)
  const fingerprint = input.text('Fingerprint', { required: true })
  input.done()
  const node = callingNode(call)
  if (node.fingerprint !== fingerprint) {
    throw new AwsError(
      'MachineFingerprintDoesNotMatch',
      'Fingerprint does not match with the registered one.',
    )
  }
  const { state, now, settings } = call
  const role = state.roles.get(node.role.split('/').at(-1)!)
  const trust = role && seenBy(role.trust, now - settings.iamDelay * 1000)
  if (trust === undefined || !trusts(trust, bySystemsManager(state.account, node.region))) {
    throw new AwsError('AccessDeniedException', `Systems Manager cannot assume the role ${node.role}.`)
  }
  for (const key of state.accessKeys.values()) {
    if (key.expires !== undefined && key.expires + REMEMBERED < now) state.accessKeys.delete(key.accessKeyId)
  }
  // To the second, as the wire has it: an agent must not hold credentials for longer than it was told.
  const expires = Math.floor(now / 1000 + settings.tokenLifetime) * 1000
  const accessKeyId = `ASIA${randomBytes(10).toString('hex').toUpperCase().slice(0, 16)}`
  const secretAccessKey = randomBytes(30).toString('base64')
  const sessionToken = randomBytes(192).toString('base64')
  const principal = { kind: 'node', nodeId: node.id, role: node.role, region: node.region } as const
  state.accessKeys.set(accessKeyId, { accessKeyId, secretAccessKey, sessionToken, expires, principal })
  return {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: sessionToken,
    TokenExpirationDate: expires / 1000,
    UpdateKeyPair: false,
  }
}

/** UpdateManagedInstancePublicKey: signed with the old key. */
export function updatePublicKey(members: Readonly<Record<string, unknown>>, call: Call): unknown {
  const input = new Input(members)
  const key = input.text('NewPublicKey', { required: true })
  input.text('NewPublicKeyType', { choices: ['Rsa'] })
  input.done()
  if (readPublicKey(key) === null) throw new AwsError('InvalidPublicKey', 'The public key is not valid.')
  callingNode(call).publicKey = key
  return {}
}

function callingNode(call: Call): ManagedNode {
  const node = call.principal?.kind === 'node' ? call.state.nodes.get(call.principal.nodeId) : undefined
  if (node === undefined) throw new AwsError('InvalidInstanceId', 'The instance is not registered.')
  return node
}
