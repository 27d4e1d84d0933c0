import { execFileSync } from 'node:child_process'
import { chmod, lchown, mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { programPath } from '@ocish/testing'

/** The branch that every repository below has (ostree.md §19.1). */
export const systemRef = 'test/x86_64/base'

/** Modes that `ostree commit` writes; the last one keeps neither owners nor attributes. */
export const committedModes = ['archive', 'bare', 'bare-user', 'bare-user-only'] as const

/** Runs a program to its end and gives what it wrote; anything but success throws with its standard error. */
export function output(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): string {
  return execFileSync(programPath(program), args, {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C.UTF-8', ...env },
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** As `ostree --repo=REPO …`. */
export function ostree(repo: string, ...args: readonly string[]): string {
  return output('ostree', [`--repo=${repo}`, ...args])
}

const capability = '0100000200200000000000000000000000000000'

/**
 * A tree with everything that gets lost easily: owners, setuid, mode 0000, attributes, links of all kinds, equal and
 * empty files, names with newline, space and letters beyond ASCII. Needs root, and perl for attributes.
 */
export async function makeSystemTree(root: string): Promise<void> {
  const at = (path: string): string => join(root, path)
  for (const folder of [
    'usr/bin',
    'usr/etc',
    'usr/lib/dpkg/info',
    'usr/share/empty',
    'var/spool',
    'home/user',
    'sysroot/inner',
  ])
    await mkdir(at(folder), { recursive: true })
  const files: readonly (readonly [path: string, content: string | Uint8Array, mode: number])[] = [
    ['usr/bin/su', 'su', 0o4755],
    ['usr/bin/write', 'write', 0o2755],
    ['usr/bin/tool', 'tool', 0o755],
    ['usr/etc/shadow', 'shadow', 0o640],
    ['usr/etc/none', 'nothing', 0o000],
    ['usr/etc/key', 'key', 0o600],
    ['usr/lib/large', Buffer.alloc(3_000_000, 'some text, and more of it; '), 0o644],
    ['usr/lib/same-1', 'the same', 0o644],
    ['usr/lib/same-2', 'the same', 0o644],
    ['usr/lib/empty-1', '', 0o644],
    ['usr/lib/empty-2', '', 0o644],
    ['usr/lib/new\nline', 'newline', 0o644],
    ['usr/lib/a space', 'space', 0o644],
    [`usr/lib/${'long'.repeat(40)}`, 'long', 0o644],
    ['usr/lib/dpkg/info/tool.list', '/.\n/usr\n/usr/bin/tool\n/bin/su\n', 0o644],
    ['usr/lib/dpkg/info/large.list', '/usr/lib/large\n', 0o644],
    ['home/user/file', 'mine', 0o644],
    ['sysroot/inner/f', 'f', 0o644],
  ]
  for (const [path, content, mode] of files) {
    await writeFile(at(path), content)
    if (path === 'home/user/file') await lchown(at(path), 1000, 1000)
    if (path === 'usr/bin/write') await lchown(at(path), 0, 5)
    if (path === 'usr/etc/shadow') await lchown(at(path), 0, 42)
    await chmod(at(path), mode)
  }
  await lchown(at('home/user'), 1000, 1000)
  await chmod(at('home/user'), 0o700)
  await chmod(at('var/spool'), 0o1777)
  await symlink('usr/bin', at('bin'))
  await symlink('/nowhere/at//all', at('usr/lib/dangling'))
  await symlink('../étc', at('usr/lib/liñk'))
  setXattrs([
    [at('usr/bin/tool'), 'security.capability', capability],
    [at('usr/share/empty'), 'user.dirattr', '64'],
  ])
}

/** The file whose attributes old versions of libostree hash in another order when they read a tar (ostree.md §6.1). */
export async function addManyXattrs(root: string): Promise<void> {
  const path = join(root, 'usr/bin/many')
  await writeFile(path, 'many', { mode: 0o755 })
  setXattrs([
    [path, 'security.capability', capability],
    [path, 'user.zeta', Buffer.from('last').toString('hex')],
    [path, 'user.alpha', Buffer.from('first').toString('hex')],
  ])
}

/** Values are hex. Neither Node nor a program that every Debian has sets attributes; perl's `syscall` does. */
function setXattrs(all: readonly (readonly [path: string, name: string, value: string])[]): void {
  const number = process.arch === 'arm64' ? 6 : 189
  const script = `while (@ARGV) { my ($path, $name, $hex) = splice(@ARGV, 0, 3); my $value = pack("H*", $hex);
    syscall(${number}, $path, $name, $value, length($value), 0) == 0 or die "$path $name: $!" }`
  output('perl', ['-e', script, ...all.flat()])
}

/** One repository for each mode that `ostree commit` writes, `ROOT/MODE`, with the tree as its commit. */
export function commitSystemTree(root: string, tree: string, ...args: readonly string[]): void {
  for (const mode of committedModes) {
    const repo = join(root, mode)
    ostree(repo, 'init', `--mode=${mode}`)
    ostree(
      repo,
      'commit',
      `--branch=${systemRef}`,
      `--tree=dir=${tree}`,
      '--subject=A system',
      '--timestamp=2024-01-02 03:04:05 UTC',
      '--add-metadata-string=version=1.2.3',
      ...args,
    )
  }
}
