import type { Source } from '@ocish/sdk'
import { type MemoryFile, memorySource } from './kind-doubles.ts'

/** The repository of ostree.md §19.3: mode archive, a link and a file below usr/bin. */
export const miniCommit = '7603543245ba9b88c4edb261feace2a749116c5940ddfe941ed20640cbcc3130'

const objects: Readonly<Record<string, string>> = {
  '38/9846c2702216e1367c8dfb68326a6b93ccf5703c89c93979052a9bf359608e.filez':
    '0000002100000000000000000000000000000000000000000000a1ff000000007573722f62696e0020',
  '44/6a0ef11b7cc167f3b603e585c7eeeeb675faa412d5ec73f62988eb0b6c5488.dirmeta': '0000000000000000000041ed',
  'd6/f58149fd47ec2be3fafef4fe767915f195e7ae67b9a0c090b842b156cd07f3.filez':
    '0000001a0000000000000000000000060000000000000000000081ed000000000019cb48cdc9c9e70200',
  '6a/e46613fe51a1c45b8f097e16e79b4e7b1d94441e3efe1a66f55ee8c96c2cf7.dirtree':
    '68656c6c6f00d6f58149fd47ec2be3fafef4fe767915f195e7ae67b9a0c090b842b156cd07f3062728',
  'bc/4a5b1bd877eb444914ac0525ff642ad2ef6a5f8d1b2ee208ce70c4903c552b.dirtree':
    '62696e006ae46613fe51a1c45b8f097e16e79b4e7b1d94441e3efe1a66f55ee8c96c2cf7446a0ef11b7cc167f3b603e585c7eeeeb675faa412d5ec73f62988eb0b6c548824044600',
  'f9/3096f94baabcc82dcdf5cd1972bd8bfe44ed0879333dc985ccd1ee3747c885.dirtree':
    '62696e00389846c2702216e1367c8dfb68326a6b93ccf5703c89c93979052a9bf359608e042575737200bc4a5b1bd877eb444914ac0525ff642ad2ef6a5f8d1b2ee208ce70c4903c552b446a0ef11b7cc167f3b603e585c7eeeeb675faa412d5ec73f62988eb0b6c548824044626',
  '76/03543245ba9b88c4edb261feace2a749116c5940ddfe941ed20640cbcc3130.commit':
    '76657273696f6e0031000073080d6d696e690000000000000000000065937d25f93096f94baabcc82dcdf5cd1972bd8bfe44ed0879333dc985ccd1ee3747c885446a0ef11b7cc167f3b603e585c7eeeeb675faa412d5ec73f62988eb0b6c54884014130e0e0e',
}

/** The files of the repository; `changed` replaces or adds some. */
export function miniFiles(
  changed: Readonly<Record<string, MemoryFile>> = {},
): Readonly<Record<string, MemoryFile>> {
  return {
    config: '[core]\nrepo_version=1\nmode=archive-z2\n',
    'refs/heads/demo': `${miniCommit}\n`,
    ...Object.fromEntries(
      Object.entries(objects).map(([path, hex]) => [`objects/${path}`, Buffer.from(hex, 'hex')]),
    ),
    ...changed,
  }
}

/** The repository as a folder. */
export function miniSource(changed: Readonly<Record<string, MemoryFile>> = {}): Source {
  return memorySource(miniFiles(changed), 'mini')
}
