/** The network as one key of etcd describes it. Upstream: flannel, Documentation/configuration.md. */
export interface NetworkConfig {
  readonly Network: string
  readonly SubnetLen?: number
  readonly SubnetMin?: string
  readonly SubnetMax?: string
  readonly Backend?: { readonly Type: string; readonly VNI?: number; readonly Port?: number }
}

export type BackendType = 'vxlan' | 'host-gw'

/** The same, read: numbers for addresses, and no field open. */
export interface Network {
  readonly base: number
  readonly bits: number
  readonly subnetLen: number
  readonly subnetMin: number
  readonly subnetMax: number
  readonly backend: BackendType
  readonly vni: number
  readonly port: number
}

/** What a node says of itself under its subnet's key. */
export interface SubnetAttrs {
  readonly PublicIP: string
  readonly BackendType: BackendType
  readonly BackendData?: { readonly VNI: number; readonly VtepMAC: string }
}

/** Where flannel keeps things. Upstream: etcd/registry.go. */
export const flannelPrefix = '/coreos.com/network'
export const configKey = `${flannelPrefix}/config`
export const subnetsPrefix = `${flannelPrefix}/subnets/`

/** "/coreos.com/network/subnets/10.244.5.0-24" of "10.244.5.0/24". */
export function subnetKey(subnet: string): string {
  return `${subnetsPrefix}${subnet.replace('/', '-')}`
}

/** And back. */
export function subnetOfKey(key: string): string {
  return key.slice(subnetsPrefix.length).replace('-', '/')
}

/** IPv4 as a number; NaN for what is none. */
export function ipNumber(ip: string): number {
  const parts = ip.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255)) return Number.NaN
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0)
}

export function ipText(ip: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(ip / 2 ** shift) % 256).join('.')
}

/** "10.244.3.0/24" as its first address and its bits; undefined for what is no IPv4 network. */
export function parseCidr(text: string): { readonly base: number; readonly bits: number } | undefined {
  const match = /^([0-9.]+)\/([0-9]{1,2})$/.exec(text)
  const [ip, bits] = [ipNumber(match?.[1] ?? ''), Number(match?.[2])]
  if (match === null || Number.isNaN(ip) || bits > 32) return undefined
  return { base: ip - (ip % 2 ** (32 - bits)), bits }
}

/** Reads a configuration, or says why it cannot be one, in flannel's words. Upstream: pkg/subnet/config.go, ParseConfig and CheckNetworkConfig. */
export function parseNetwork(config: NetworkConfig): Network | string {
  const network = parseCidr(config.Network)
  if (network === undefined) return `invalid CIDR address: ${config.Network}`
  const { base, bits } = network
  if (config.SubnetLen !== undefined && config.SubnetLen > 30) return 'SubnetLen must be less than /31'
  if (config.SubnetLen !== undefined && config.SubnetLen < bits + 2) return `network must be able to accommodate at least four subnets`
  if (config.SubnetLen === undefined && bits > 28) return `network is too small. Minimum useful network prefix is /28`
  const subnetLen = config.SubnetLen ?? (bits > 22 ? bits + 2 : 24)
  const size = 2 ** (32 - subnetLen)
  const end = base + 2 ** (32 - bits)
  // The first subnet is skipped: a bridge with the network's own address was taken for a broadcast address by some.
  const subnetMin = config.SubnetMin === undefined ? base + size : ipNumber(config.SubnetMin)
  const subnetMax = config.SubnetMax === undefined ? end - size : ipNumber(config.SubnetMax)
  if (!(subnetMin >= base && subnetMin < end)) return 'SubnetMin is not in the range of the Network'
  if (!(subnetMax >= base && subnetMax < end)) return 'SubnetMax is not in the range of the Network'
  if (subnetMin % size !== 0) return `SubnetMin is not on a SubnetLen boundary: ${config.SubnetMin ?? ''}`
  if (subnetMax % size !== 0) return `SubnetMax is not on a SubnetLen boundary: ${config.SubnetMax ?? ''}`
  const type = config.Backend?.Type ?? 'udp'
  if (type !== 'vxlan' && type !== 'host-gw') return `backend type ${JSON.stringify(type)} is not supported`
  return { base, bits, subnetLen, subnetMin, subnetMax, backend: type, vni: config.Backend?.VNI ?? 1, port: config.Backend?.Port ?? 8472 }
}

/** Whether flannel may give this block to a node: one of its subnets, within its bounds. */
export function holdsSubnet(network: Network, subnet: string): boolean {
  const block = parseCidr(subnet)
  return block !== undefined && block.bits === network.subnetLen && block.base >= network.subnetMin && block.base <= network.subnetMax
}

/** The first subnet that nobody holds; undefined when all are held. `held` as "10.244.5.0/24". */
export function nextFreeSubnet(network: Network, held: ReadonlySet<string>): string | undefined {
  const size = 2 ** (32 - network.subnetLen)
  for (let base = network.subnetMin; base <= network.subnetMax; base += size) {
    const subnet = `${ipText(base)}/${network.subnetLen}`
    if (!held.has(subnet)) return subnet
  }
  return undefined
}

/** Largest packet that fits a Pod's link: vxlan's header takes 50 bytes. */
export function mtuOf(backend: BackendType): number {
  return backend === 'vxlan' ? 1450 : 1500
}
