import type { ApiObject, Pod, TrafficRecord } from '../../api'
import type { Verb } from '../command'
import { CommandError, type Environment } from '../environment'
import { podOf } from './look'

/** The cluster's DNS, as every Pod's resolv.conf names it. */
const nameserver = '10.96.0.10'

type Traffic = NonNullable<Environment['traffic']>

/** What a program of a container says, and its exit code. */
interface Said {
  readonly lines: readonly string[]
  readonly errors?: readonly string[]
  readonly code: number
}

/**
 * Containers here run no code, so only programs that speak to the network are there: their packets walk kube-proxy's rules as any
 * other. Upstream: kubectl/pkg/cmd/exec.
 */
export const exec: Verb = {
  name: 'exec',
  about: 'Execute a command in a container',
  completes: 'pods',
  flags: [{ name: 'container', short: 'c', type: 'string' }, { name: 'stdin', short: 'i', type: 'bool' }, { name: 'tty', short: 't', type: 'bool' }],
  async run({ access, environment, words, rest, flags, namespace }) {
    const [word] = words
    if (word === undefined) throw new CommandError('error: pod, type/name or --filename must be specified')
    const [program, ...given] = rest
    if (program === undefined) throw new CommandError('error: you must specify at least one command for the container')
    if (environment.traffic === undefined) throw new CommandError('error: nothing can be run in a container here')
    const name = word.includes('/') ? await podOf(access, word, namespace) : word
    const pod = await access.get({ resource: await access.resource('pods'), namespace, name }) as ApiObject & Pod
    const phase = pod.status?.phase
    if (phase === 'Succeeded' || phase === 'Failed') throw new CommandError(`error: cannot exec into a container in a completed pod; current phase is ${phase}`)
    const container = flags.string('container') ?? pod.spec?.containers[0]?.name ?? ''
    if ((pod.status?.containerStatuses ?? []).find((status) => status.name === container)?.state?.running === undefined) throw new CommandError(`error: unable to upgrade connection: container not found ("${container}")`)
    const { lines, errors = [], code } = await runProgram(program, given, environment.traffic, `${namespace}/${name}`, pod)
    for (const line of lines) environment.out(line)
    for (const line of errors) environment.error(line)
    if (code !== 0) throw new CommandError(`command terminated with exit code ${code}`, code)
  },
}

async function runProgram(program: string, given: readonly string[], traffic: Traffic, key: string, pod: Pod): Promise<Said> {
  const plain = given.filter((word, index) => !word.startsWith('-') && !/^-(-max-time|-connect-timeout|m|T|O|o)$/.test(given[index - 1] ?? ''))
  const [target] = plain
  switch (program) {
    case 'curl': {
      if (target === undefined) return { lines: [], errors: ['curl: (2) no URL specified'], code: 2 }
      const record = await send(traffic, key, target)
      return record === undefined ? { lines: [], errors: ['curl: (3) URL rejected: Malformed input to a URL function'], code: 3 } : curl(record, target, given.includes('-v'))
    }
    case 'wget': {
      if (target === undefined) return { lines: [], errors: ['wget: missing URL'], code: 1 }
      const record = await send(traffic, key, target)
      return record === undefined ? { lines: [], errors: [`wget: bad address '${target}'`], code: 1 } : wget(record)
    }
    case 'nslookup': return target === undefined ? { lines: [], errors: ['nslookup: missing name'], code: 1 } : nslookup(traffic, key, target)
    case 'hostname': return { lines: [pod.spec?.hostname ?? pod.metadata.name ?? ''], code: 0 }
    case 'cat':
      if (target === '/etc/resolv.conf') return { lines: resolvConf(pod), code: 0 }
      return { lines: [], errors: [`cat: can't open '${target ?? ''}': No such file or directory`], code: 1 }
    default: throw new CommandError(`error: Internal error occurred: error executing command in container: failed to exec in container: OCI runtime exec failed: exec failed: unable to start container process: exec: "${program}": executable file not found in $PATH: unknown`, 126)
  }
}

async function send(traffic: Traffic, key: string, to: string): Promise<TrafficRecord | undefined> {
  const { records } = await traffic.send({ from: { pod: key }, to, count: 1 })
  return records[0]
}

/** The host a target names, as the program speaks of it. */
function hostOf(target: string): string {
  return target.replace(/^[a-z]+:\/\//, '').replace(/[:/?#].*$/, '')
}

/** There is no server behind: what answers says who it is, as an echo server would. */
function answerOf(record: TrafficRecord): string {
  return `${(record.pod ?? '').split('/').at(-1) ?? ''} (${record.endpoint ?? record.destination ?? ''})`.trim()
}

function curl(record: TrafficRecord, target: string, verbose: boolean): Said {
  const [host, [ip = '', port = '']] = [hostOf(target), (record.destination ?? '').split(':')]
  const trying = verbose && record.destination !== undefined ? [`*   Trying ${record.destination}...`] : []
  const failed = (message: string, code: number): Said => ({ lines: [], errors: [...trying, `curl: (${code}) ${message}`], code })
  switch (record.outcome) {
    case 'answered': return { lines: [answerOf(record)], errors: verbose ? [...trying, `* Connected to ${host} (${ip}) port ${port}`] : [], code: 0 }
    case 'name-unknown': case 'external': return failed(`Could not resolve host: ${host}`, 6)
    case 'rejected': case 'refused': case 'no-client': return failed(`Failed to connect to ${host} port ${port}: Connection refused`, 7)
    case 'closed': return failed('Empty reply from server', 52)
    case 'dropped': case 'no-route': case 'no-reply': return failed(`Failed to connect to ${host} port ${port}: Connection timed out`, 28)
  }
}

function wget(record: TrafficRecord): Said {
  const [ip = ''] = (record.destination ?? '').split(':')
  const failed = (message: string): Said => ({ lines: [], errors: [`wget: ${message}`], code: 1 })
  switch (record.outcome) {
    case 'answered': return { lines: [answerOf(record)], code: 0 }
    case 'name-unknown': case 'external': return failed(`bad address '${record.to}'`)
    case 'rejected': case 'refused': case 'no-client': return failed(`can't connect to remote host (${ip}): Connection refused`)
    case 'closed': return failed('error getting response')
    case 'dropped': case 'no-route': case 'no-reply': return failed('download timed out')
  }
}

async function nslookup(traffic: Traffic, key: string, name: string): Promise<Said> {
  const { queries, addresses, external } = await traffic.resolve(name, { pod: key })
  const head = [`Server:\t\t${nameserver}`, `Address:\t${nameserver}:53`, '']
  const found = queries.at(-1)
  const full = (found?.name ?? name).replace(/\.$/, '')
  if (external !== undefined) return { lines: [...head, `${full}\tcanonical name = ${external}`], code: 0 }
  if (addresses.length === 0) return { lines: [...head, `** server can't find ${name}: NXDOMAIN`, ''], code: 1 }
  return { lines: [...head, ...addresses.flatMap((address) => [`Name:\t${full}`, `Address: ${address}`]), ''], code: 0 }
}

/** Upstream: kubelet/network/dns, formDNSSearch. */
function resolvConf(pod: Pod): readonly string[] {
  const namespace = pod.metadata.namespace ?? 'default'
  const { dnsPolicy = 'ClusterFirst', hostNetwork = false } = pod.spec ?? {}
  if (dnsPolicy === 'Default' || (dnsPolicy === 'ClusterFirst' && hostNetwork)) return ['nameserver 192.0.2.53']
  return [`search ${namespace}.svc.cluster.local svc.cluster.local cluster.local`, `nameserver ${nameserver}`, 'options ndots:5']
}
