import { AttachRolePolicyCommand, CreateRoleCommand, type IAMClient } from '@aws-sdk/client-iam'

/** The trust that lets Systems Manager assume a role. */
export const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ssm.amazonaws.com' }, Action: 'sts:AssumeRole' }],
})

export const SSM_CORE = 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore'
export const REMOTE_WRITE = 'arn:aws:iam::aws:policy/AmazonPrometheusRemoteWriteAccess'

/** A role as onboarding makes it, with these policies. */
export async function makeRole(
  iam: IAMClient,
  name: string,
  policies: readonly string[] = [SSM_CORE, REMOTE_WRITE],
) {
  await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: TRUST }))
  for (const arn of policies) await iam.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn: arn }))
}
