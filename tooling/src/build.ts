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

/** Sources by the chunk that holds them, as regular expressions of their paths; the first that fits decides. */
const chunks: Readonly<Record<string, readonly string[]>> = {
  // Every line; help and the mistakes in a line need no more.
  door: [
    'rolldown/runtime',
    'packages/sdk/src/',
    'packages/commands/src/(?:signatures/|all-signatures|load-command|help-document|call-values|short-names|is-local-path|source-kind)',
    'packages/host/src/(?:kind-table|kind-commands|json-schema|plugins/plugin-index|private-file|paths)',
    'packages/kind-[^/]+/package.json',
    'packages/shell/src/(?!index|formats/(?!write|json|machine-value|utf8)|language/(?:run|tee|condition|compare|expand-words|items|guard|value-flow|value-text|site|scope)|text/(?:describe|diff|tree))',
    'apps/cli/src/(?:run\\.ts|run-program|doors|together|command-table|is-terminal|terminal|output|print|look|report-error|signals|standard-input|standard-error|progress|transfers|live-region)',
  ],
  // Every line that runs a command: the evaluator, the session, and what nearly each command uses.
  session: [
    'packages/shell/src/language/(?:run|tee|condition|compare|expand-words|items|guard|value-flow|value-text|scope)',
    'packages/shell/src/formats/(?:read|columns|tsv)',
    'packages/core/src/(?!index|client|copy|filter|memory|referrers)',
    'packages/host/src/(?:session|config|kinds|kind-[^/]+|clients|locate|open-location|opened-once|tokens|connections|credentials|certs-d|artifact|lookup|settings-view|exclusive|holdings|registries-conf|spool|upload-memory|cache-view|expand-paths|local-files|allowed-hosts|read-plans)[^/]*\\.ts',
    'packages/host/src/plugins/lazy-plugins',
    'packages/commands/src/(?:resolve|open-artifact|platform-child)\\.ts',
    'apps/cli/src/(?:run-bound|local-files|externals|dry-run|trace-line|sessions)',
  ],
  // A registry that is asked over the network, and one that is answered.
  client: ['packages/core/src/client/(?!transport|slab|incoming|response-head)'],
  transport: [
    'packages/core/src/client/(?:transport(?:-connect|-dispatch)?\\.ts|slab|incoming|response-head)',
    'slim-undici',
    'undici/lib/',
  ],
}

function oneOf(sources: readonly string[]): RegExp {
  return new RegExp(sources.join('|'))
}

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
      // What is needed together, in one file: finding and reading a file costs more than its code.
      codeSplitting: {
        // What only a part of a run needs stays where its import() is.
        includeDependenciesRecursively: false,
        groups: Object.entries(chunks).map(([name, sources]) => ({ name, test: oneOf(sources) })),
      },
    },
    plugins: [noDevtools(), slimUndici(), RequireCJS({ builtinNodeModules: true, include: [/.*/] })],
  })
}
