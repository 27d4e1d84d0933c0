import { BlockList, isIPv4, isIPv6 } from 'node:net'

/** `never`: unspecified, link-local, multicast, metadata services: no registry may send a client there. */
export type AddressClass = 'public' | 'local' | 'never'

const never = blockList(
  ['0.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4', '240.0.0.0/4', '100.100.100.200/32'],
  ['::/128', 'fe80::/10', 'ff00::/8', 'fd00:ec2::254/128'],
)
const local = blockList(
  ['10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '198.18.0.0/15'],
  ['::1/128', 'fc00::/7'],
)

/** Classifies an IP address; IPv4 inside IPv6 (mapped, NAT64, 6to4) counts as what it carries. */
export function classifyAddress(address: string): AddressClass {
  const plain = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '')
  if (isIPv4(plain)) return classify(plain, 'ipv4')
  if (!isIPv6(plain)) return 'never'
  const carried = carriedIPv4(plain)
  return carried === undefined ? classify(plain, 'ipv6') : classify(carried, 'ipv4')
}

/** True when a registry may lead a client to `address`; `registryIsLocal`: the registry itself is not on the internet. */
export function mayVisit(address: string, registryIsLocal: boolean): boolean {
  const kind = classifyAddress(address)
  return kind === 'public' || (kind === 'local' && registryIsLocal)
}

function classify(address: string, family: 'ipv4' | 'ipv6'): AddressClass {
  if (never.check(address, family)) return 'never'
  return local.check(address, family) ? 'local' : 'public'
}

function blockList(ipv4: readonly string[], ipv6: readonly string[]): BlockList {
  const list = new BlockList()
  for (const [family, ranges] of [['ipv4', ipv4] as const, ['ipv6', ipv6] as const]) {
    for (const range of ranges) {
      const [network = '', bits = ''] = range.split('/')
      list.addSubnet(network, Number(bits), family)
    }
  }
  return list
}

function carriedIPv4(address: string): string | undefined {
  const groups = expand(address)
  const tail = [groups[6] ?? 0, groups[7] ?? 0] as const
  const head = groups.slice(0, 6).join(':')
  // ::ffff:a.b.c.d, the deprecated ::a.b.c.d and 64:ff9b::a.b.c.d
  if (head === '0:0:0:0:0:65535' || head === '100:65435:0:0:0:0') return dotted(...tail)
  if (head === '0:0:0:0:0:0' && tail[0] !== 0) return dotted(...tail)
  return groups[0] === 0x2002 ? dotted(groups[1] ?? 0, groups[2] ?? 0) : undefined
}

function dotted(high: number, low: number): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

/** The eight groups of an IPv6 address, as `URL` writes it: compressed, without a dotted tail. */
function expand(address: string): readonly number[] {
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1)
  const [front = '', back] = canonical.split('::')
  const left = front === '' ? [] : front.split(':')
  const right = back === undefined || back === '' ? [] : back.split(':')
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0')
  return [...left, ...zeros, ...right].map((group) => Number.parseInt(group, 16))
}
