/** IPv4 as a number. NaN for what is none. */
function toNumber(ip: string): number {
  const parts = ip.split('.').map(Number)
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255)) return Number.NaN
  return parts.reduce((sum, part) => sum * 256 + part, 0)
}

function toText(ip: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(ip / 2 ** shift) % 256).join('.')
}

/** "10.244.3.0/24" as its first address and how many it has; undefined for what is no IPv4 block. */
export function parseBlock(block: string | undefined): { readonly base: number; readonly size: number } | undefined {
  const match = /^([0-9.]+)\/([0-9]{1,2})$/.exec(block ?? '')
  if (match === null) return undefined
  const [base, bits] = [toNumber(match[1] as string), Number(match[2])]
  if (Number.isNaN(base) || bits > 30) return undefined
  const size = 2 ** (32 - bits)
  return { base: base - (base % size), size }
}

/**
 * The next free address of a block after `last` (an offset), going round. The first is the network, the second the bridge,
 * the last the broadcast address. Upstream: CNI's host-local.
 */
export function nextAddress(block: string, last: number, used: ReadonlySet<string>): { readonly ip: string; readonly offset: number } | undefined {
  const parsed = parseBlock(block)
  if (parsed === undefined) return undefined
  const count = parsed.size - 3
  for (let tried = 1; tried <= count; tried++) {
    const offset = 2 + ((Math.max(last, 1) - 2 + tried + count) % count)
    const ip = toText(parsed.base + offset)
    if (!used.has(ip)) return { ip, offset }
  }
  return undefined
}

/** A machine's own address where the Node names none: of its block of Pod addresses, so no two machines share one. */
export function machineAddress(block: string | undefined): string | undefined {
  const parsed = parseBlock(block)
  if (parsed === undefined) return undefined
  const [, b = '0', c = '0'] = toText(parsed.base).split('.')
  return `172.${16 + (Number(b) & 15)}.${c}.${2 + (Number(b) >> 4)}`
}
