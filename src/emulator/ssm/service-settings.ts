import { principalArn } from '../auth/authorize.ts'
import { AwsError } from '../errors.ts'
import { arnPrefix } from '../partition.ts'
import { Input } from '../protocol/input.ts'
import type { Call } from '../service.ts'

/** The one setting this cloud has: the tier of hybrid nodes. */
const TIER = '/ssm/managed-instance/activation-tier'

function arn(call: Call): string {
  return `${arnPrefix(call.region)}:ssm:${call.region}:${call.state.account}:servicesetting${TIER}`
}

function checkId(input: Input, call: Call): void {
  const id = input.text('SettingId', { required: true, min: 1, max: 1000 })
  input.done()
  if (id !== TIER && id !== arn(call))
    throw new AwsError('ServiceSettingNotFound', `Setting ${id} not found.`)
}

/** GetServiceSetting, by name or ARN. */
export function getServiceSetting(members: Readonly<Record<string, unknown>>, call: Call): unknown {
  checkId(new Input(members), call)
  const set = call.state.activationTiers.get(call.region)
  return {
    ServiceSetting: {
      SettingId: TIER,
      SettingValue: set?.value ?? 'standard',
      LastModifiedDate: (set?.modified ?? 0) / 1000,
      LastModifiedUser:
        set === undefined
          ? 'System'
          : principalArn({ kind: 'administrator' }, call.state.account, call.region),
      ARN: arn(call),
      Status: set === undefined ? 'Default' : 'Customized',
    },
  }
}

/** UpdateServiceSetting. Takes effect at once; AWS takes minutes. */
export function updateServiceSetting(members: Readonly<Record<string, unknown>>, call: Call): unknown {
  const input = new Input(members)
  const value = input.text('SettingValue', { required: true, choices: ['standard', 'advanced'] })
  checkId(input, call)
  call.state.activationTiers.set(call.region, { region: call.region, value, modified: call.now })
  return {}
}
