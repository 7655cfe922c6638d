import { defineConfig } from 'vitest/config'

/** Tests that start programs of this machine (shells, sshd, servers, whole runs), or measure the growth of time. */
const SYSTEM = [
  ...['attacks', 'connection', 'run', 'cli', 'playbooks', 'program', 'shell', 'teardown'].map(
    (folder) => `test/${folder}/**/*.test.ts`,
  ),
  ...[
    ...[
      'template/growth',
      'modules/growth',
      'template/python/deadline',
      'inventory/fuzz',
      'inventory/script/*',
      'report/diffs',
      'report/web/*',
    ],
    ...['modules/archives/members', 'modules/files/attributes/modes', 'probes/expand-path'],
    ...['modules/registration/*-script', 'artifacts/signature/signature', 'artifacts/collectors'],
  ].map((name) => `test/${name}.test.ts`),
]
const HOSTS = ['test/**/*.host.test.ts']

// Three projects: `unit` needs nothing but Node; `system` starts programs; `hosts` needs the container engine and the
// host image.
export default defineConfig({
  test: {
    // What the unit tests reach by themselves is printed by `npm test`; `npm run test:coverage` counts those of the system too.
    coverage: {
      provider: 'v8',
      include: ['src/**'],
      reporter: ['text-summary', 'html'],
      reportsDirectory: 'coverage',
    },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...HOSTS, ...SYSTEM],
          // Processes, since tests set variables of the environment; shared by files, since half the time went into
          // importing the same sources again. test/setup.ts sees to it that a file leaves nothing behind.
          pool: 'forks',
          // vitest would leave one core to itself, and of two that is half.
          maxWorkers: '100%',
          isolate: false,
          setupFiles: ['test/state.ts', 'test/setup.ts'],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'system',
          include: SYSTEM,
          exclude: HOSTS,
          setupFiles: ['test/state.ts'],
          testTimeout: 60_000,
          // A busy machine shows in what is measured; in CI such a test is run once more, and shown as retried.
          retry: process.env['CI'] === undefined ? 0 : 1,
        },
      },
      {
        test: {
          name: 'hosts',
          include: HOSTS,
          globalSetup: ['test/hosts/global-setup.ts'],
          testTimeout: 240_000,
          hookTimeout: 240_000,
          // Two files at a time: half of a file's time is waiting (for agents, rotations, systemd), and more would
          // only push each other over their deadlines on two cores.
          maxWorkers: 2,
          // In CI a test that lost a race on a busy machine is run once more, and shown as retried; at a desk it fails.
          retry: process.env['CI'] === undefined ? 0 : 1,
        },
      },
    ],
  },
})
