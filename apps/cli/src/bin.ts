#!/usr/bin/env node
if (Number(process.versions.node.split('.')[0]) < 24) {
  // What follows does not even parse there.
  process.stderr.write(`error: ocish needs Node 24 or newer, and this is ${process.version}\n`)
  process.exitCode = 1
} else {
  process.getBuiltinModule('node:module').enableCompileCache?.()
  void import('./main.ts').then(({ main }) => main(process.argv.slice(2)))
}
