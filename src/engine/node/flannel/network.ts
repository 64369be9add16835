import { ipNumber, ipText, parseCidr } from '../../../base'

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
const flannelPrefix = '/coreos.com/network'
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
  const end = base + network.size
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
