import { ACTIONS, type Action } from '../../../src/aws/actions.ts'
import { table } from '../table.ts'
import { EXAMPLE_PLACE, JOBS, type Job, type Place, policyDocument, policyFor } from './policies.ts'
import { BASTION_TRUST, githubTrust, gitlabTrust } from './trust.ts'

/** A workspace that is there has an id. */
const WITH_ID: Place = { ...EXAMPLE_PLACE, workspace: 'ws-01234567-89ab-cdef-0123-456789abcdef' }

/** The page of permissions, in Markdown. */
export function iamPage(): string {
  const parts = [
    '# Permissions in the account',
    `The least policies for a bastion and for a CI job. They are made from the list of actions that muster's calls name
(\`src/aws/actions.ts\`) and tested: the embedded cloud enforces each of them on the job it is for, with real hosts on the
main job, and no action of it is in vain: without any one statement the job fails, or does less (\`test/docs/iam.test.ts\`, \`test/run/site.host.test.ts\`).
Which resources and condition keys an action knows is taken from AWS's Service Authorization Reference.`,
    `Replace \`${EXAMPLE_PLACE.account}\` by your account, \`${EXAMPLE_PLACE.region}\` by \`muster_region\`, \`${EXAMPLE_PLACE.role}\` by \`muster_role\` (with
its path), \`muster\` in conditions by \`muster_owner\`; for several regions list them all, in each \`aws:RequestedRegion\` and
each ARN; in GovCloud and China \`arn:aws\` is \`arn:aws-us-gov\` and \`arn:aws-cn\`. Where the workspace is there already, put its
id in place of \`workspace/*\`. What a call lacks is told by the failure: the action, the resource, and this page.`,
    '`sts:GetCallerIdentity`, which shows whose the credentials are, needs no permission. Try a policy before AWS sees it: `muster cloud --policy FILE` runs the embedded cloud and prints credentials that may do what it allows.',
    ...Object.values<Job>(JOBS).flatMap((job) => section(job)),
    '## Who gets the policy',
    '### A bastion',
    "An instance gets a role with the policy and this trust, and muster finds the credentials by itself. A bastion outside AWS gets an IAM user, IAM Roles Anywhere, or a person's `aws sso login`.",
    json(BASTION_TRUST),
    '### A job of GitHub Actions',
    'An OIDC provider `https://token.actions.githubusercontent.com` in the account, and a role with the policy and this trust. It lets in the jobs of one repository that run in one environment; protect that environment in GitHub, since whoever may deploy to it has the role.',
    json(githubTrust(EXAMPLE_PLACE.account, 'acme/fleet', 'production')),
    fence(
      'yaml',
      `permissions: { id-token: write, contents: read }
jobs:
  onboard:
    environment: production
    runs-on: [self-hosted, near-the-fleet]
    steps:
      - uses: actions/checkout@v4
      - uses: aws-actions/configure-aws-credentials@v4
        with: { role-to-assume: "arn:aws:iam::${EXAMPLE_PLACE.account}:role/muster-ci", aws-region: ${EXAMPLE_PLACE.region} }
      - run: muster apply playbooks/site.yaml -i inventory.yaml`,
    ),
    '### A job of GitLab',
    'An OIDC provider `https://gitlab.com` (or your own installation), and a role with the policy and this trust. It lets in the jobs of one branch of one project; protect that branch.',
    json(gitlabTrust(EXAMPLE_PLACE.account, 'gitlab.com', 'acme/fleet', 'main')),
    fence(
      'yaml',
      `onboard:
  id_tokens:
    AWS_TOKEN: { aud: https://gitlab.com }
  variables:
    AWS_ROLE_ARN: arn:aws:iam::${EXAMPLE_PLACE.account}:role/muster-ci
    AWS_WEB_IDENTITY_TOKEN_FILE: /tmp/aws-token
    AWS_REGION: ${EXAMPLE_PLACE.region}
  script:
    - (umask 077; printf %s "$AWS_TOKEN" > "$AWS_WEB_IDENTITY_TOKEN_FILE")
    - muster apply playbooks/site.yaml -i inventory.yaml`,
    ),
    'A job that runs longer than the credentials live (an hour unless the role says more) fails in the middle with `ExpiredToken`, and the next run goes on; set the maximum session duration of the role to what a rollout takes.',
    '## Every action, and why',
    table(
      ['action', 'for', 'why', 'in the policy of'],
      (Object.keys(ACTIONS) as Action[]).map((action) => [
        `\`${action}\``,
        ACTIONS[action].on,
        ACTIONS[action].why,
        jobsWith(action),
      ]),
    ),
    'Those in no policy are needed only by tasks that ask for it: `iam_role` with `inline_policies`, `description`, another trust or other tags than the role has, `amp_workspace` with other tags than the workspace has.',
  ]
  return `${parts.join('\n\n')}\n`
}

function section(job: Job): string[] {
  const place = job === JOBS.fleet ? WITH_ID : EXAMPLE_PLACE
  return [`## ${job.title}`, job.text, fence('json', policyDocument(policyFor(job, place)))]
}

function jobsWith(action: Action): string {
  return Object.entries<Job>(JOBS)
    .filter(([, { actions, onlyOwn = [] }]) => actions.includes(action) || onlyOwn.includes(action))
    .map(([name]) => name)
    .join(', ')
}

function json(value: unknown): string {
  return fence('json', JSON.stringify(value, null, 2))
}

function fence(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``
}
