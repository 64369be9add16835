import type { IpvsSchedulerName, ProxyModeName } from '../../../api'

export type ProxyMode = ProxyModeName
export type IpvsScheduler = IpvsSchedulerName

/** What of a KubeProxyConfiguration is followed here. */
export interface ProxyConfiguration {
  readonly mode: ProxyMode
  readonly scheduler: IpvsScheduler
  /** Traffic from outside of it to a cluster address is masqueraded. */
  readonly clusterCIDR: string
}

/** kube-proxy's own defaults; the range is that of the node IPAM controller. */
export const defaultConfiguration: ProxyConfiguration = { mode: 'iptables', scheduler: 'rr', clusterCIDR: '10.224.0.0/11' }

const modes: Readonly<Record<string, ProxyMode>> = { '': 'iptables', userspace: 'userspace', iptables: 'iptables', ipvs: 'ipvs' }
const schedulers: Readonly<Record<string, IpvsScheduler>> = { '': 'rr', rr: 'rr', wrr: 'wrr', lc: 'lc', wlc: 'wlc', sh: 'sh' }

/** A mode by the name that kube-proxy takes; undefined for any other. */
export function modeOf(text: string | undefined): ProxyMode | undefined {
  return text === undefined || !Object.hasOwn(modes, text) ? undefined : modes[text]
}

/**
 * Reads `mode`, `ipvs.scheduler` and `clusterCIDR` of a KubeProxyConfiguration, in YAML or JSON, as kubeadm keeps it in the ConfigMap
 * kube-system/kube-proxy under "config.conf". Undefined when kube-proxy would refuse to start with it.
 * Upstream: pkg/proxy/apis/config/validation.
 */
export function readConfiguration(text: string): ProxyConfiguration | undefined {
  const values = text.trimStart().startsWith('{') ? jsonValues(text) : yamlValues(text)
  if (values === undefined) return undefined
  const kind = values.get('kind')
  if (kind !== undefined && kind !== 'KubeProxyConfiguration') return undefined
  const mode = modeOf(values.get('mode') ?? '')
  const scheduler = values.get('ipvs.scheduler') ?? ''
  if (mode === undefined || !Object.hasOwn(schedulers, scheduler)) return undefined
  const clusterCIDR = values.get('clusterCIDR') ?? ''
  return { mode, scheduler: schedulers[scheduler] as IpvsScheduler, clusterCIDR: clusterCIDR === '' ? defaultConfiguration.clusterCIDR : clusterCIDR }
}

/** The configuration with another mode or scheduler, as text for the ConfigMap. What else stood in the text stays. */
export function writeConfiguration(text: string | undefined, wanted: { readonly mode?: ProxyMode; readonly scheduler?: IpvsScheduler }): string {
  const before = text === undefined ? undefined : readConfiguration(text)
  const mode = wanted.mode ?? before?.mode ?? defaultConfiguration.mode
  const scheduler = wanted.scheduler ?? before?.scheduler ?? defaultConfiguration.scheduler
  const kept = text === undefined || text.trimStart().startsWith('{') ? [] : withoutKeys(text.split('\n'), ['apiVersion', 'kind', 'mode', 'ipvs'])
  return [
    'apiVersion: kubeproxy.config.k8s.io/v1alpha1', 'kind: KubeProxyConfiguration', `mode: ${mode}`, 'ipvs:', `  scheduler: ${scheduler}`, ...kept,
  ].join('\n').trimEnd() + '\n'
}

/** The lines that belong to none of these keys of the first level. */
function withoutKeys(lines: readonly string[], keys: readonly string[]): string[] {
  let dropping = false
  return lines.filter((line) => {
    const key = /^([A-Za-z][\w-]*):/.exec(line)?.[1]
    if (key !== undefined) dropping = keys.includes(key)
    else if (/^\S/.test(line)) dropping = false
    return !dropping
  })
}

/** Scalars of the first two levels, as "key" and "parent.key". All that is asked for is one of these. */
function yamlValues(text: string): Map<string, string> | undefined {
  const values = new Map<string, string>()
  let parent = ''
  for (const line of text.split('\n')) {
    const match = /^( *)([A-Za-z][\w-]*):(?:\s+(.*))?$/.exec(line.replace(/\s+#.*$/, '').trimEnd())
    if (match === null) continue
    const [, indent = '', key = '', value = ''] = match
    if (indent.length === 0) parent = key
    else if (indent.length > 4) continue
    values.set(indent.length === 0 ? key : `${parent}.${key}`, unquoted(value.trim()))
  }
  return values
}

function unquoted(text: string): string {
  if (text === 'null' || text === '~') return ''
  const match = /^(["'])(.*)\1$/.exec(text)
  return match === null ? text : match[2] as string
}

function jsonValues(text: string): Map<string, string> | undefined {
  try {
    const object = JSON.parse(text) as Readonly<Record<string, unknown>>
    const values = new Map<string, string>()
    for (const [key, value] of Object.entries(object)) {
      if (typeof value === 'string') values.set(key, value)
      else if (typeof value === 'object' && value !== null) for (const [inner, each] of Object.entries(value)) if (typeof each === 'string') values.set(`${key}.${inner}`, each)
    }
    return values
  } catch {
    return undefined
  }
}
