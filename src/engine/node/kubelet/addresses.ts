import { ipText, parseCidr, type Cidr } from '../../../base'

/** A block that Pods can have addresses of; undefined for what is none. */
function podBlock(block: string | undefined): Cidr | undefined {
  const parsed = parseCidr(block ?? '')
  return parsed === undefined || parsed.bits > 30 ? undefined : parsed
}

/**
 * The next free address of a block after `last` (an offset), going round. The first is the network, the second the bridge,
 * the last the broadcast address. Upstream: CNI's host-local.
 */
export function nextAddress(block: string, last: number, used: (ip: string) => boolean): { readonly ip: string; readonly offset: number } | undefined {
  const parsed = podBlock(block)
  if (parsed === undefined) return undefined
  const count = parsed.size - 3
  for (let tried = 1; tried <= count; tried++) {
    const offset = 2 + ((Math.max(last, 1) - 2 + tried + count) % count)
    const ip = ipText(parsed.base + offset)
    if (!used(ip)) return { ip, offset }
  }
  return undefined
}

/** A machine's own address where the Node names none: of its block of Pod addresses, so no two machines share one. */
export function machineAddress(block: string | undefined): string | undefined {
  const parsed = podBlock(block)
  if (parsed === undefined) return undefined
  const [, b = '0', c = '0'] = ipText(parsed.base).split('.')
  return `172.${16 + (Number(b) & 15)}.${c}.${2 + (Number(b) >> 4)}`
}
