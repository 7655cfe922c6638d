import { defineConfig } from 'vitest/config'

// Two projects: `unit` needs nothing but Node; `hosts` needs the container engine and the host image.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.host.test.ts'],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'hosts',
          include: ['test/**/*.host.test.ts'],
          globalSetup: ['test/hosts/global-setup.ts'],
          testTimeout: 240_000,
          hookTimeout: 240_000,
          // Hosts are heavy: files share two cores, so they take turns.
          fileParallelism: false,
          // In CI a test that lost a race on a busy machine is run once more, and shown as retried; at a desk it fails.
          retry: process.env['CI'] === undefined ? 0 : 1,
        },
      },
    ],
  },
})
