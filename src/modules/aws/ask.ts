import type { AwsClients } from '../../aws/clients.ts'
import { AwsFailure } from '../../aws/errors.ts'
import { chooseRegion } from '../../aws/identity.ts'
import { revealText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { ModuleContext } from '../module.ts'
import type { Text } from '../parameters.ts'

/**
 * Asks AWS on behalf of a module.
 * @throws TaskFailure for what AWS refuses, with its hint
 */
export async function askAws<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (!(error instanceof AwsFailure)) throw error
    throw new TaskFailure(error.message, {
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      result: { aws_error_code: error.code },
    })
  }
}

/**
 * The clients of the region that a task names, or of the environment's.
 * @throws TaskFailure without a region
 */
export function clientsOf(region: Text | undefined, context: ModuleContext): Promise<AwsClients> {
  return askAws(async () => context.run.aws(chooseRegion(revealText(region))))
}

/** The same for services that belong to no region (IAM): one is needed all the same, to find the endpoint. */
export function globalClientsOf(region: Text | undefined, context: ModuleContext): Promise<AwsClients> {
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env
  return clientsOf(region ?? AWS_REGION ?? AWS_DEFAULT_REGION ?? 'us-east-1', context)
}
