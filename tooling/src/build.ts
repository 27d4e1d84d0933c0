import { defineConfig, type UserConfig } from 'tsdown'
import { RequireCJS } from 'rolldown-plugin-require-cjs'
import { noDevtools } from './no-devtools.ts'
import { slimUndici } from './slim-undici.ts'

/** The build of a library: unbundled dependencies, one file per entry, types by oxc. */
export function library(entry: Record<string, string>): UserConfig {
  return defineConfig({
    entry,
    platform: 'node',
    format: 'esm',
    dts: { oxc: true },
    deps: { onlyBundle: [] },
    failOnWarn: 'ci-only',
  })
}

/** Never part of the program: LGPL, loaded where it is installed. */
const external = /^openpgp$/

/** The build of the program: everything bundled, minified, split where the source uses `import()`. */
export function program(entry: Record<string, string>): UserConfig {
  return defineConfig({
    entry,
    platform: 'node',
    format: 'esm',
    dts: false,
    minify: true,
    deps: { alwaysBundle: [/^(?!openpgp$)/], neverBundle: [external], onlyBundle: false },
    inputOptions: { resolve: { conditionNames: ['ocish-source', 'node', 'import', 'module', 'default'] } },
    define: { 'process.env.NODE_ENV': '"production"' },
    outputOptions: {
      // What every line needs, in one file: reading a file costs more than its code.
      advancedChunks: {
        groups: [
          {
            name: 'door',
            test: /packages\/(?:sdk\/src|commands\/src\/(?:signatures\/|all-signatures|load-command|help-document)|shell\/src\/(?!formats|language\/(?:run|tee|condition|compare|expand-words|items|guard|value-flow|value-text|site|scope)|text\/(?:describe|diff|tree)))/,
          },
          { name: 'core', test: /packages\/core\/src\/(?!client|copy|filter|memory|referrers)/ },
        ],
      },
    },
    plugins: [noDevtools(), slimUndici(), RequireCJS({ builtinNodeModules: true, include: [/.*/] })],
  })
}
