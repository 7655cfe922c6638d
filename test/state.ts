import { tmpdir } from 'node:os'
import { join } from 'node:path'

// Runs inside tests keep their records and locks apart from those of the user, and of other workers.
process.env['XDG_STATE_HOME'] ??= join(tmpdir(), `muster-tests-${process.pid}`)
