/** What a client was told to ask, taken apart. `host` is a name or an address. */
export interface AskedFor {
  readonly host: string
  readonly port: number
  readonly protocol: 'tcp' | 'udp'
  /** A port was named. */
  readonly explicit: boolean
}

/** "web", "web.shop:80", "http://web.shop/cart", "https://web", "udp://dns.kube-system:53"; undefined for what is no address. */
export function parseTarget(text: string): AskedFor | undefined {
  const match = /^(?:(https?|tcp|udp):\/\/)?([A-Za-z0-9_][A-Za-z0-9._-]*?)(?::(\d{1,5}))?(?:[/?#].*)?$/.exec(text.trim())
  if (match === null) return undefined
  const [, scheme, host = '', portText] = match
  const port = portText === undefined ? (scheme === 'https' ? 443 : 80) : Number(portText)
  if (port < 1 || port > 65_535) return undefined
  return { host, port, protocol: scheme === 'udp' ? 'udp' : 'tcp', explicit: portText !== undefined }
}

export function isAddress(host: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(host) && host.split('.').every((part) => Number(part) <= 255)
}
