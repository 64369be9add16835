/** IPv4 as a number; NaN for what is none. */
export function ipNumber(ip: string): number {
  const parts = ip.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255)) return Number.NaN
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0)
}

export function ipText(ip: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(ip / 2 ** shift) % 256).join('.')
}

/** A block of addresses: the first, how many there are, and how many of their bits are the same. */
export interface Cidr {
  readonly base: number
  readonly size: number
  readonly bits: number
}

/** Reads "10.244.3.0/24"; undefined for what is no IPv4 network. */
export function parseCidr(text: string): Cidr | undefined {
  const match = /^([0-9.]+)\/([0-9]{1,2})$/.exec(text)
  const [ip, bits] = [ipNumber(match?.[1] ?? ''), Number(match?.[2])]
  if (match === null || Number.isNaN(ip) || bits > 32) return undefined
  const size = 2 ** (32 - bits)
  return { base: ip - (ip % size), size, bits }
}

/** Whether an address lies in a block. */
export function inCidr(ip: string, { base, size }: Pick<Cidr, 'base' | 'size'>): boolean {
  const address = ipNumber(ip)
  return address >= base && address < base + size
}
