import { OcishError } from '@ocish/sdk'
import { type HelperPrograms, LineHelper } from './line-helper.ts'

/** Sets extended attributes through a helper process, as `XattrReader` reads them (ostree.md §7). */
export interface XattrWriter {
  /** Errors: FILE_FAILED where the file system takes none, or no helper is there. */
  write(path: string, name: string, value: Uint8Array): Promise<void>
  close(): void
}

/** Asked with lines `path name value` in hex, it answers each with `ok`, or with why not. */
const python = `
import os, sys
for line in sys.stdin:
    try:
        path, name, value = (bytes.fromhex(word) for word in line.rstrip('\\n').split(' '))
        os.setxattr(path, name, value, follow_symlinks=False)
        print('ok', flush=True)
    except Exception as error: print(type(error).__name__, getattr(error, 'strerror', ''), flush=True)
`

const perl = `
use strict; $| = 1;
my $set = (\`uname -m\` =~ /aarch64/) ? 6 : 189;
while (my $line = <STDIN>) {
  chomp $line; my ($path, $name, $value) = map { pack "H*", $_ } split / /, $line, -1;
  $path .= "\\0"; $name .= "\\0";
  print syscall($set, $path, $name, $value, length($value), 0) == 0 ? "ok" : "$!", "\\n";
}
`

const helpers: HelperPrograms = [
  ['python3', ['-I', '-S', '-c', python]],
  ['perl', ['-e', perl]],
]

/** Makes a writer; nothing is started before the first attribute. */
export function createXattrWriter(): XattrWriter {
  const helper = new LineHelper(helpers)
  return {
    async write(path, name, value) {
      const words = [path, name, value].map((word) => Buffer.from(word as string).toString('hex'))
      const answer = await helper.ask(`${words.join(' ')}\n`)
      if (answer === 'ok') return
      const why = answer ?? 'neither python3 nor perl is installed'
      throw new OcishError('FILE_FAILED', `cannot set the attribute ${name} of ${path}: ${why}`)
    },
    close: () => helper.close(),
  }
}
