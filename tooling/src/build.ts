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
    // What is lazy for the program may be eager within its own library.
    inputOptions: { checks: { ineffectiveDynamicImport: false } },
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
    inputOptions: {
      preserveEntrySignatures: false,
      resolve: { conditionNames: ['ocish-source', 'node', 'import', 'module', 'default'] },
    },
    define: { 'process.env.NODE_ENV': '"production"' },
    outputOptions: {
      // What every line needs, in one file: reading a file costs more than its code.
      codeSplitting: {
        // What only a part of a run needs stays where its import() is.
        includeDependenciesRecursively: false,
        groups: [
          {
            name: 'door',
            test: /(?:packages\/(?:sdk\/src|commands\/src\/(?:signatures\/|all-signatures|load-command|help-document)|host\/src\/(?:kind-table|kind-commands|json-schema|plugins\/plugin-index|private-file|paths)|kind-[^/]+\/package\.json|shell\/src\/(?!index|formats\/(?!write|json|machine-value|utf8)|language\/(?:run|tee|condition|compare|expand-words|items|guard|value-flow|value-text|site|scope)|text\/(?:describe|diff|tree)))|apps\/cli\/src\/(?:run\.ts|run-program|doors|together|command-table|is-terminal|terminal|output|print|look|report-error|signals|standard-input|standard-error|progress-line))/,
          },
          { name: 'core', test: /packages\/core\/src\/(?!client|copy|filter|memory|referrers)/ },
          // What every line that opens a registry needs.
          {
            name: 'session',
            test: /(?:packages\/(?:host\/src\/(?:session|config|kinds|clients|locate|open-location|opened-once|tokens|connections|credentials|certs-d)[^/]*\.ts|commands\/src\/(?:resolve|call-values|open-artifact)\.ts)|apps\/cli\/src\/(?:run-bound|local-files|externals))/,
          },
        ],
      },
    },
    plugins: [noDevtools(), slimUndici(), RequireCJS({ builtinNodeModules: true, include: [/.*/] })],
  })
}
