#!/usr/bin/env node
process.getBuiltinModule?.('node:module').enableCompileCache?.()
void import('./main.ts').then(({ main }) => main(process.argv.slice(2)))
