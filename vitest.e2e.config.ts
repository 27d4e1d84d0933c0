import { defineConfig } from 'vitest/config'

const conditions = ['ocish-source', 'node', 'import', 'module', 'default']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['{packages,apps}/*/src/**/*.e2e.test.ts', 'tooling/src/**/*.e2e.test.ts'],
    setupFiles: ['packages/testing/src/vitest-setup.ts'],
    testTimeout: 120_000,
    // What a file prepares is processes too.
    hookTimeout: 120_000,
    reporters: ['default', './tooling/src/count-reporter.ts'],
  },
})
