import { defineConfig } from 'vitest/config'

const conditions = ['ocish-source', 'node', 'import', 'module', 'default']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['{packages,apps}/*/src/**/*.test.{ts,tsx}', 'tooling/src/**/*.test.ts'],
    exclude: ['**/*.e2e.test.ts', '**/node_modules/**'],
    setupFiles: ['packages/testing/src/vitest-setup.ts'],
    testTimeout: 30_000,
    reporters: ['default', './tooling/src/count-reporter.ts'],
  },
})
