import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { ByteReader } from './byte-reader.ts'

/**
 * Reads extended attributes through a helper process, since Node has no call for them: python3, else perl (ostree.md §7).
 * One process answers any number of questions; it ends with the program, and keeps it from ending only while it is asked.
 */
export interface XattrReader {
  /** The attributes of a file itself, never of what a link points to; undefined when no helper is there. */
  read(path: string): Promise<ReadonlyMap<string, Uint8Array> | undefined>
  close(): void
}

/** Asked with NUL-ended paths, it answers with lines: `name value` in hex, separated by `;`. */
const python = `
import os, sys
pending = b''
while True:
    data = os.read(0, 65536)
    if not data: break
    pending += data
    *paths, pending = pending.split(b'\\0')
    for path in paths:
        found = []
        try:
            for name in os.listxattr(path, follow_symlinks=False):
                value = os.getxattr(path, name, follow_symlinks=False)
                found.append(os.fsencode(name).hex() + ' ' + value.hex())
        except OSError: pass
        sys.stdout.write(';'.join(found) + '\\n')
    sys.stdout.flush()
`

const perl = `
use strict; $| = 1; local $/ = "\\0";
my ($list, $get) = (\`uname -m\` =~ /aarch64/) ? (12, 9) : (195, 192);
while (my $path = <STDIN>) {
  chomp $path; $path .= "\\0"; my @found; my $names = "\\0" x 65536;
  my $size = syscall($list, $path, $names, 65536);
  if ($size > 0) { for my $name (split /\\0/, substr($names, 0, $size)) {
    my $value = "\\0" x 65536; my $asked = "$name\\0";
    my $length = syscall($get, $path, $asked, $value, 65536);
    push @found, unpack("H*", $name) . " " . unpack("H*", substr($value, 0, $length)) if $length >= 0;
  } }
  print join(";", @found), "\\n";
}
`

const helpers: readonly (readonly [string, readonly string[]])[] = [
  ['python3', ['-I', '-S', '-c', python]],
  ['perl', ['-e', perl]],
]

/** Milliseconds after which a helper that nobody asks is ended; the next question starts another. */
const idleTime = 5000

type Helper = ChildProcessByStdio<Writable, Readable, null>

/** Makes a reader; nothing is started before the first question. */
export function createXattrReader(): XattrReader {
  return new HelperReader()
}

class HelperReader implements XattrReader {
  #started: Promise<Helper | undefined> | undefined
  #lines: LineReader | undefined
  /** Answers come in the order of the questions. */
  #last: Promise<unknown> = Promise.resolve()
  #idle: NodeJS.Timeout | undefined

  async read(path: string): Promise<ReadonlyMap<string, Uint8Array> | undefined> {
    const answer = this.#last.then(async () => this.#ask(path))
    this.#last = answer.catch(() => undefined)
    return answer
  }

  close(): void {
    clearTimeout(this.#idle)
    void this.#started?.then((helper) => helper?.kill())
    this.#started = undefined
  }

  async #ask(path: string): Promise<ReadonlyMap<string, Uint8Array> | undefined> {
    const helper = await (this.#started ??= this.#start())
    if (helper === undefined || path.includes('\0')) return undefined
    clearTimeout(this.#idle)
    hold(helper, true)
    try {
      helper.stdin.write(`${path}\0`)
      const line = await this.#lines?.next()
      if (line !== undefined) return parseLine(line)
      this.#started = Promise.resolve(undefined)
      return undefined
    } finally {
      hold(helper, false)
      this.#idle = setTimeout(() => this.close(), idleTime).unref()
    }
  }

  async #start(): Promise<Helper | undefined> {
    for (const [program, args] of helpers) {
      const helper = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'] })
      // What is written to a helper that ended is no news: its answer is missing.
      helper.stdin.on('error', () => undefined)
      try {
        await once(helper, 'spawn')
      } catch {
        continue
      }
      this.#lines = new LineReader(helper.stdout)
      return helper
    }
    return undefined
  }
}

/** A helper that nobody asks does not keep the program from ending. */
function hold(helper: Helper, busy: boolean): void {
  const what = busy ? 'ref' : 'unref'
  helper[what]()
  for (const stream of [helper.stdin, helper.stdout] as unknown as Record<string, unknown>[]) {
    const call = stream[what]
    if (typeof call === 'function') call.call(stream)
  }
}

class LineReader {
  readonly #reader: ByteReader
  #rest = Buffer.alloc(0)

  constructor(bytes: Readable) {
    this.#reader = new ByteReader(bytes as AsyncIterable<Uint8Array>)
  }

  async next(): Promise<string | undefined> {
    for (;;) {
      const end = this.#rest.indexOf(0x0a)
      if (end >= 0) {
        const line = this.#rest.toString('latin1', 0, end)
        this.#rest = this.#rest.subarray(end + 1)
        return line
      }
      const more = await this.#reader.some(2 ** 20)
      if (more === undefined) return undefined
      this.#rest = Buffer.concat([this.#rest, more])
    }
  }
}

function parseLine(line: string): ReadonlyMap<string, Uint8Array> {
  const pairs = line.split(';').filter((pair) => pair !== '')
  return new Map(
    pairs.map((pair) => {
      const [name = '', value = ''] = pair.split(' ')
      return [Buffer.from(name, 'hex').toString('utf8'), Buffer.from(value, 'hex')]
    }),
  )
}
