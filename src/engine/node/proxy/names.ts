import { sha256 } from '../../../base'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** The first 16 characters of the base32 of a SHA-256: ten bytes. */
function hash16(text: string): string {
  const bytes = sha256(text)
  let [out, bits, held] = ['', 0, 0]
  for (let index = 0; index < 10; index++) {
    held = (held << 8) | (bytes[index] as number)
    bits += 8
    while (bits >= 5) {
      bits -= 5
      out += alphabet.charAt((held >> bits) & 31)
    }
    held &= (1 << bits) - 1
  }
  return out
}

/**
 * Names of kube-proxy's chains: a hash of the service port's name and protocol, and for an endpoint its address too, so that they stay
 * below iptables' 28 characters and are the same on every node. A hash is made once. Upstream: pkg/proxy/iptables/proxier.go, portProtoHash,
 * servicePortEndpointChainName; pinned there for ever, since rules of an older kube-proxy have to be found again.
 */
export class ChainNames {
  readonly #hashes = new Map<string, string>()

  /** `servicePort` is "namespace/name:port" ("namespace/name" of a port without a name); `protocol` in lower case. */
  service(prefix: 'KUBE-SVC-' | 'KUBE-SVL-' | 'KUBE-FW-' | 'KUBE-EXT-', servicePort: string, protocol: string): string {
    return `${prefix}${this.#hash(`${servicePort}${protocol}`)}`
  }

  /** `endpoint` is "10.244.3.9:8080". */
  endpoint(servicePort: string, protocol: string, endpoint: string): string {
    return `KUBE-SEP-${this.#hash(`${servicePort}${protocol}${endpoint}`)}`
  }

  #hash(text: string): string {
    let hash = this.#hashes.get(text)
    if (hash === undefined) {
      // Endpoints come and go for ever; what is asked for again is hashed again.
      if (this.#hashes.size > 50_000) this.#hashes.clear()
      this.#hashes.set(text, hash = hash16(text))
    }
    return hash
  }
}
