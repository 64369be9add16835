import { parseDuration } from './duration'
import { parseQuantity } from './quantity'

/** What can be broken. The names are those of the command line: `berth break <kind> [<subject>]`. */
export const faultKinds = [
  'node', 'network', 'kubelet', 'runtime', 'disk', 'memory', 'scheduler', 'controller-manager', 'controller', 'apiserver', 'etcd', 'registry',
] as const
export type FaultKind = (typeof faultKinds)[number]

/** What the subject of a kind is: a Node's name, a Pod's "namespace/name", a controller's name; nothing where there is only one. */
export const faultSubjects: Readonly<Record<FaultKind, 'node' | 'pod' | 'controller' | undefined>> = {
  node: 'node', network: 'node', kubelet: 'node', runtime: 'node', disk: 'node', memory: 'pod', controller: 'controller',
  scheduler: undefined, 'controller-manager': undefined, apiserver: undefined, etcd: undefined, registry: undefined,
}

/** The component of the control plane that a kind stops or slows down, by the name of its program. */
export const faultComponents: { readonly [Kind in FaultKind]?: string } = {
  scheduler: 'kube-scheduler', 'controller-manager': 'kube-controller-manager', apiserver: 'kube-apiserver', etcd: 'etcd',
}

/** Something to break, or to make whole again. Plain data: an input of the history. */
export interface FaultRequest {
  readonly kind: FaultKind
  /** Absent for kinds that have none. */
  readonly subject?: string
  /** True breaks, false heals. A runtime restart is over at once and cannot be healed. */
  readonly on: boolean
  /** Heals by itself after so many virtual ms. */
  readonly forMs?: number
  /** etcd: what a write takes on average, in virtual ms. */
  readonly delayMs?: number
  /** disk: share of the node's disk that is filled up, 0 to 1. */
  readonly share?: number
  /** memory: bytes a second that leak. */
  readonly bytesPerSecond?: number
}

export const faultDefaults = { delayMs: 2_000, share: 0.95, bytesPerSecond: 8 * 1024 * 1024 } as const

/** A fault as people write it: "node node-b for=60s", "kill node-b", "etcd delay=2s", "memory shop/web-1 rate=8Mi/s". */
export type FaultText = { readonly ok: true; readonly fault: FaultRequest } | { readonly ok: false; readonly message: string }

/** Other words for the same: what comes after them is the kind, or the subject of the kind named here. */
const verbKinds: Readonly<Record<string, FaultKind | undefined>> = {
  break: undefined, stop: undefined, start: undefined, heal: undefined, slow: undefined, kill: 'node', cut: 'network', fill: 'disk', leak: 'memory', restart: undefined,
}
const kindWords: Readonly<Record<string, FaultKind>> = {
  ...Object.fromEntries(faultKinds.map((kind) => [kind, kind])),
  'kube-scheduler': 'scheduler', 'kube-controller-manager': 'controller-manager', controllers: 'controller-manager', 'kube-apiserver': 'apiserver', 'api-server': 'apiserver',
}

/**
 * Reads the words of a fault. `on` says whether they break or heal; "heal" and "start" as the first word heal whatever it says.
 * Errors are sentences that name the word that is wrong.
 */
export function parseFault(words: readonly string[], on = true): FaultText {
  const no = (message: string): FaultText => ({ ok: false, message })
  const plain = words.filter((word) => !word.includes('='))
  const options = words.filter((word) => word.includes('='))
  let verb = plain[0] ?? ''
  let kind: FaultKind | undefined
  if (Object.hasOwn(verbKinds, verb)) {
    plain.shift()
    kind = verbKinds[verb]
    // "kill node node-b" and "kill node-b" are the same.
    if (kind !== undefined && plain.length > 1 && kindWords[plain[0] ?? ''] === kind) plain.shift()
  } else verb = ''
  if (kind === undefined) {
    const word = plain.shift()
    if (word === undefined) return no(`what is to break is missing: one of ${faultKinds.join(', ')}`)
    kind = Object.hasOwn(kindWords, word) ? kindWords[word] : undefined
    if (kind === undefined) return no(`nothing is called ${JSON.stringify(word)}: one of ${faultKinds.join(', ')}`)
  }
  const wants = faultSubjects[kind]
  let subject = plain.shift()
  if (wants === undefined && subject !== undefined) return no(`there is only one ${kind}: ${JSON.stringify(subject)} is too much`)
  if (wants !== undefined && subject === undefined) return no(`${kind} needs the name of a ${wants}`)
  if (plain.length > 0) return no(`${JSON.stringify(plain[0])} is too much`)
  if (wants === 'pod' && subject !== undefined && !subject.includes('/')) subject = `default/${subject}`
  const fault: { -readonly [Name in keyof FaultRequest]: FaultRequest[Name] } = { kind, on: verb === 'heal' || verb === 'start' ? false : on, ...(subject === undefined ? {} : { subject }) }
  for (const option of options) {
    const [name, value] = [option.slice(0, option.indexOf('=')), option.slice(option.indexOf('=') + 1)]
    switch (name) {
      case 'for': {
        const ms = parseDuration(value)
        if (ms === undefined || ms < 1) return no(`for=${value}: a duration such as 60s or 2m30s`)
        fault.forMs = ms
        break
      }
      case 'delay': {
        const ms = parseDuration(value)
        if (kind !== 'etcd') return no(`delay= belongs to etcd, not to ${kind}`)
        if (ms === undefined || ms < 1) return no(`delay=${value}: a duration such as 500ms or 2s`)
        fault.delayMs = ms
        break
      }
      case 'used': {
        const match = /^([0-9]+(?:\.[0-9]+)?)%$/.exec(value)
        if (kind !== 'disk') return no(`used= belongs to disk, not to ${kind}`)
        if (match === null || Number(match[1]) > 100) return no(`used=${value}: a share such as 95%`)
        fault.share = Number(match[1]) / 100
        break
      }
      case 'rate': {
        const amount = /^(.+)\/s$/.exec(value)
        const quantity = parseQuantity(amount?.[1] ?? '')
        if (kind !== 'memory') return no(`rate= belongs to memory, not to ${kind}`)
        if (quantity === undefined || quantity.nanos <= 0n) return no(`rate=${value}: bytes a second such as 8Mi/s`)
        fault.bytesPerSecond = Number(quantity.nanos / 1_000_000_000n)
        break
      }
      default: return no(`${JSON.stringify(name)} is no option: for=, delay= (etcd), used= (disk), rate= (memory)`)
    }
  }
  return { ok: true, fault }
}

/** The words of a fault without its options: "kubelet node-b". Two requests with the same words mean the same thing. */
export function faultKey(fault: Pick<FaultRequest, 'kind' | 'subject'>): string {
  return fault.subject === undefined ? fault.kind : `${fault.kind} ${fault.subject}`
}
