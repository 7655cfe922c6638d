/** A trust policy as IAM takes it. */
export type TrustPolicy = Readonly<Record<string, unknown>>

/**
 * Lets the jobs of one GitHub environment of one repository assume a role (GitHub's documentation "Configuring OpenID
 * Connect in Amazon Web Services"): `sub` names both, so neither a fork nor a pull request gets in.
 * @param repository `organization/name`
 */
export function githubTrust(account: string, repository: string, environment: string): TrustPolicy {
  const host = 'token.actions.githubusercontent.com'
  return trust(account, host, {
    [`${host}:aud`]: 'sts.amazonaws.com',
    [`${host}:sub`]: `repo:${repository}:environment:${environment}`,
  })
}

/**
 * Lets the jobs of one branch of one GitLab project assume a role (GitLab's documentation "Configure OpenID Connect in
 * AWS"). The audience is what the job's `id_tokens` asks for.
 * @param host `gitlab.com`, or that of an installation of one's own
 * @param project `group/name`
 */
export function gitlabTrust(account: string, host: string, project: string, branch: string): TrustPolicy {
  return trust(account, host, {
    [`${host}:aud`]: `https://${host}`,
    [`${host}:sub`]: `project_path:${project}:ref_type:branch:ref:${branch}`,
  })
}

function trust(account: string, host: string, claims: Readonly<Record<string, string>>): TrustPolicy {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/${host}` },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringEquals: claims },
      },
    ],
  }
}

/** Lets the instances with a role be the bastion. */
export const BASTION_TRUST: TrustPolicy = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
}
