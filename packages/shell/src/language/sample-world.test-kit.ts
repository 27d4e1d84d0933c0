import { OcishError } from '@ocish/sdk'
import { defineCommand, type Call, type Command, type CommandStream, type Row } from '../command.ts'
import { ProgramEnd } from '../program-end.ts'
import { checkRow, tagRow, transferRow } from '../rows.ts'
import type { Signature } from '../signature.ts'

const base: Pick<
  Signature,
  'flags' | 'effect' | 'examples' | 'exits' | 'since' | 'group' | 'input' | 'summary' | 'params'
> = {
  summary: 'a command',
  params: [],
  flags: [],
  input: 'none',
  effect: 'R',
  examples: [],
  exits: [],
  since: '0.1',
  group: 'browse',
}

/** What the commands of a run did, in order. */
export interface World {
  readonly log: string[]
  readonly files: Map<string, string>
  readonly columns: (ReadonlySet<string> | undefined)[]
}

const tags: readonly Row[] = [
  {
    ref: 'app:1.0',
    tag: '1.0',
    kind: 'image',
    size: 100,
    created: new Date('2026-01-01T00:00:00Z'),
    digest: 'sha256:a',
  },
  {
    ref: 'app:1.10',
    tag: '1.10',
    kind: 'helm',
    size: 3000,
    created: new Date('2026-03-01T00:00:00Z'),
    digest: 'sha256:b',
  },
  {
    ref: 'app:1.9',
    tag: '1.9',
    kind: 'helm',
    size: 2000,
    created: new Date('2026-02-01T00:00:00Z'),
    digest: 'sha256:a',
  },
]

function failures(ref: string): void {
  if (ref.startsWith('missing')) throw new OcishError('TAG_NOT_FOUND', `no tag ${ref}`)
  if (ref.startsWith('denied')) throw new OcishError('REGISTRY_DENIED', `no access to ${ref}`)
  if (ref.startsWith('down')) throw new OcishError('NETWORK_FAILED', `${ref} is not there`)
}

/** Commands for the tests of the evaluator: rows, values, bytes, answers and failures by the name of what they are given. */
export const worldCommands: readonly Command<World>[] = [
  defineCommand<World>({
    signature: {
      ...base,
      name: 'later',
      params: [{ name: 'ref', type: 'ref' }],
      flags: [{ name: 'then', type: 'string', summary: 'a line', line: true }],
      output: { form: 'none' },
    },
    // oxlint-disable-next-line require-yield -- it only tells what it was given
    async *run(call, world): CommandStream {
      world.log.push(`later ${String(call.args['ref'])}: ${String(call.flags['then'])}`)
    },
  }),
  defineCommand<World>({
    signature: { ...base, name: 'end', params: [{ name: 'status', type: 'int' }], output: { form: 'none' } },
    // oxlint-disable-next-line require-yield -- it ends the program
    async *run(call): CommandStream {
      throw new ProgramEnd(Number(call.args['status']))
    },
  }),
  defineCommand<World>({
    signature: {
      ...base,
      name: 'tags',
      params: [{ name: 'repo', type: 'ref', many: true }],
      output: { form: 'rows', row: tagRow },
    },
    async *run(call, world): CommandStream {
      world.columns.push(call.columns)
      for (const repo of call.args['repo'] as readonly string[]) {
        world.log.push(`tags ${repo}`)
        failures(repo)
        for (const row of tags) {
          world.log.push(`row ${String(row['tag'])}`)
          yield { ...row, ref: String(row['ref']).replace('app', repo) }
        }
        if (repo === 'torn') throw new OcishError('NETWORK_FAILED', 'the connection was cut')
      }
    },
  }),
  defineCommand<World>({
    signature: {
      ...base,
      name: 'resolve',
      params: [{ name: 'ref', type: 'ref' }],
      output: { form: 'value', type: 'digest' },
    },
    async *run(call): CommandStream {
      failures(String(call.args['ref']))
      yield `sha256:${String(call.args['ref'])}`
    },
  }),
  defineCommand<World>({
    signature: {
      ...base,
      name: 'exists',
      params: [{ name: 'ref', type: 'ref' }],
      output: { form: 'rows', row: checkRow },
    },
    async *run(call): CommandStream {
      const ref = String(call.args['ref'])
      if (!ref.startsWith('missing')) failures(ref)
      yield { subject: ref, check: 'exists', ok: !ref.startsWith('missing') }
      return { exit: ref.startsWith('missing') ? 1 : 0 }
    },
  }),
  defineCommand<World>({
    signature: {
      ...base,
      name: 'cp',
      params: [
        { name: 'src', type: 'ref', many: true },
        { name: 'dst', type: 'location' },
      ],
      output: { form: 'rows', row: transferRow },
      effect: 'W',
    },
    async *run(call, world): CommandStream {
      for (const src of call.args['src'] as readonly string[]) {
        failures(src)
        world.log.push(`cp ${src} ${String(call.args['dst'])}`)
        yield { ref: src, status: 'done' }
      }
    },
  }),
  defineCommand<World>({
    signature: { ...base, name: 'config', params: [{ name: 'ref', type: 'ref' }], output: { form: 'bytes' } },
    async *run(call): CommandStream {
      failures(String(call.args['ref']))
      yield new TextEncoder().encode('{"os":"linux","layers":[{"size":1},')
      yield new TextEncoder().encode('{"size":2}]}')
    },
  }),
  defineCommand<World>({
    signature: { ...base, name: 'eat', input: 'rows', output: { form: 'value', type: 'int' } },
    async *run(call: Call): CommandStream {
      let count = 0
      for await (const _ of call.input?.rows ?? []) count++
      yield count
    },
  }),
  defineCommand<World>({
    signature: { ...base, name: 'nothing', output: { form: 'none' } },
    async *run(_, world): CommandStream {
      world.log.push('nothing')
      yield* []
    },
  }),
]
