import { ApiError, type ApiObject, type ApiRequest, type ApiResponse, type WatchEvent } from '../../src/api'
import { Apiserver } from '../../src/engine/apiserver'
import { Etcd } from '../../src/engine/etcd'
import { Simulation, type EventBody } from '../../src/engine/kernel'
import { Difference, firstDifference } from './lib/difference'
import { readJson, vectorFiles } from './lib/files'
import { vector, type Suite } from './lib/suite'

type Json = Record<string, unknown>

interface RecordedRequest {
  readonly method: ApiRequest['method']
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

interface Step {
  readonly request?: RecordedRequest
  readonly response?: { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown }
  readonly watch?: string
  readonly readWatch?: string
  readonly events?: readonly unknown[]
  readonly closed?: boolean
  readonly control?: string
  readonly compare?: string
  readonly note?: string
}

interface Sequence {
  readonly name: string
  readonly managedFields?: boolean
  readonly steps: readonly Step[]
}

/** Recordings of a real kube-apiserver; the format is described in apiserver/README.md. */
export const runSuite: Suite = async function* (folder) {
  for (const file of vectorFiles(folder)) {
    const content = readJson(folder, file) as Sequence
    const name = file.replace(/\.json(\.gz)?$/, '')
    if (!Array.isArray(content.steps)) {
      yield await vector(file, name, () => { checkLayout(content as unknown as Json) })
      continue
    }
    yield await vector(file, content.name ?? name, () => { new Replay(content).play() })
  }
}

/** The protobuf samples are the server's business; here their JSON must be what we know: no field of it may be unknown to the schema. */
function checkLayout(content: Json): void {
  const server = new TestServer()
  const samples = (content['samples'] ?? []) as readonly { readonly json?: Json }[]
  if (!Array.isArray(samples) || samples.length === 0) throw new Difference('(top): expected steps or samples, got neither')
  samples.forEach((sample, i) => {
    const object = sample.json
    if (object === undefined) throw new Difference(`samples[${i}].json: expected an object, got nothing`)
    const unknown = server.unknownFields(object)
    if (unknown !== undefined) throw new Difference(`samples[${i}] (${String(object['kind'])}): ${unknown}`)
  })
}

/** A fresh server, and an actor that collects what watches bring. */
class TestServer {
  readonly simulation = new Simulation({ seed: 7 })
  readonly etcd = new Etcd<ApiObject>({ context: this.simulation.context('etcd') })
  readonly apiserver = new Apiserver({ context: this.simulation.context('kube-apiserver'), etcd: this.etcd, watchLatencyMs: 5 })
  readonly delivered = new Map<number, { events: WatchEvent[]; closed: boolean }>()

  constructor() {
    this.simulation.add(this.etcd)
    this.simulation.add(this.apiserver)
    this.simulation.add({ name: 'recorder', handle: (body) => { this.#take(body) }, save: () => null, load: () => undefined })
    this.apiserver.start()
  }

  #take(body: EventBody): void {
    const watch = this.watchOf(body['watch'] as number)
    watch.events.push(...body['events'] as readonly WatchEvent[])
    if (body['closed'] === true) watch.closed = true
  }

  watchOf(id: number): { events: WatchEvent[]; closed: boolean } {
    let watch = this.delivered.get(id)
    if (watch === undefined) this.delivered.set(id, watch = { events: [], closed: false })
    return watch
  }

  wait(ms: number): void {
    this.simulation.run({ until: this.simulation.now + ms })
  }

  /** The complaint about fields the schema does not know, if there is one. */
  unknownFields(object: Json): string | undefined {
    const { problems, reason } = this.apiserver.importObjects([{ ...object, metadata: { name: 'x', ...object['metadata'] as Json } } as unknown as ApiObject]).objects[0] ?? { problems: [], reason: 'nothing came back' }
    return problems.find((problem) => problem.startsWith('unknown field')) ?? (reason?.startsWith('json:') === true ? reason : undefined)
  }
}

const whole = /^<([a-z]+)(?::(\d+))?>$/
const placeholders = /<(uid|rv|listrv|gen|ip|port|continue|rand):(\d+)>|<(time|microtime|token|age|n|server)>/g
/** What stands for a value nobody compares. */
const anything = new Set(['token', 'age', 'n', 'server'])
const patterns: Record<string, string> = {
  uid: '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}', rv: '\\d+', listrv: '\\d+', gen: '[bcdfghjklmnpqrstvwxz2456789]{5}', ip: '[0-9.]+',
  port: '\\d+', continue: '\\S+', rand: '[bcdfghjklmnpqrstvwxz2456789]{5}', time: '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ', microtime: '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z',
  token: '.*?', age: '.*?', n: '.*?', server: '.*?',
}

class Replay {
  readonly #sequence: Sequence
  readonly #server = new TestServer()
  readonly #bound = new Map<string, string>()
  readonly #watches = new Map<string, number>()
  #revisionSeen = 0

  constructor(sequence: Sequence) {
    this.#sequence = sequence
  }

  play(): void {
    this.#sequence.steps.forEach((step, i) => {
      const path = `steps[${i}]`
      const about = step.request === undefined ? `${step.readWatch ?? step.control ?? ''}` : `${step.request.method} ${step.request.path}`
      try {
        this.#step(step, path)
      } catch (error) {
        if (error instanceof Difference) throw new Difference(`${error.message} (${about}${step.note === undefined ? '' : `: ${step.note}`})`)
        throw error
      }
    })
  }

  #step(step: Step, path: string): void {
    if (step.control !== undefined) {
      if (step.control !== 'compact') throw new Error(`a control this runner does not know: ${step.control}`)
      this.#server.etcd.compact(this.#server.etcd.revision)
      return
    }
    if (step.readWatch !== undefined) {
      this.#read(step, path)
      return
    }
    if (step.request === undefined || step.response === undefined) throw new Error('a step this runner does not know')
    const request = this.#requestOf(step.request)
    if (step.watch !== undefined) {
      const got = this.#open(step.watch, request)
      if (got !== undefined || step.response.status !== 200) this.#compare(got ?? { status: 200, headers: {}, body: undefined }, step, path)
      return
    }
    this.#compare(this.#server.apiserver.request(request), step, path)
    // Time goes by between two requests.
    this.#server.wait(20)
  }

  #open(id: string, request: ApiRequest): ApiResponse | undefined {
    try {
      this.#watches.set(id, this.#server.apiserver.watch(request, 'recorder').id)
      return undefined
    } catch (error) {
      if (error instanceof ApiError) return { status: error.code, headers: { 'content-type': 'application/json' }, body: error.status }
      throw error
    }
  }

  #read(step: Step, path: string): void {
    const id = this.#watches.get(step.readWatch ?? '')
    if (id === undefined) throw new Error(`the watch ${step.readWatch ?? ''} was never opened`)
    const watch = this.#server.watchOf(id)
    const wanted = step.events ?? []
    for (let waited = 0; waited < 2_500 && (watch.events.length < wanted.length || (step.closed === true && !watch.closed)); waited += 100) this.#server.wait(100)
    this.#server.wait(20)
    const got = watch.events.splice(0).filter((event) => event.type !== 'BOOKMARK' || event.object.metadata.annotations?.['k8s.io/initial-events-end'] === 'true')
    const difference = this.#difference(this.#plain(got), this.#plain(wanted), `${path}.events`)
    if (difference !== undefined) throw new Difference(difference)
    if ((step.closed ?? false) !== watch.closed) throw new Difference(`${path}.closed: expected ${String(step.closed ?? false)}, got ${String(watch.closed)}`)
  }

  #requestOf(recorded: RecordedRequest): ApiRequest {
    const headers: Record<string, string> = { accept: 'application/json' }
    for (const [name, value] of Object.entries(recorded.headers ?? {})) headers[name.toLowerCase()] = value
    return {
      method: recorded.method, path: this.#filled(recorded.path) as string, headers, userAgent: 'recorder',
      ...(recorded.body === undefined ? {} : { body: this.#filled(recorded.body) }),
    }
  }

  /** A request's tree with what its placeholders are bound to. */
  #filled(value: unknown): unknown {
    if (typeof value === 'string') {
      const one = whole.exec(value)
      if (one?.[1] === 'port') return Number(this.#boundTo(value))
      return value.replace(placeholders, (text) => this.#boundTo(text))
    }
    if (Array.isArray(value)) return value.map((item) => this.#filled(item))
    if (typeof value === 'object' && value !== null) {
      const out: Json = {}
      for (const [key, member] of Object.entries(value)) {
        Object.defineProperty(out, this.#filled(key) as string, { value: this.#filled(member), enumerable: true, configurable: true, writable: true })
      }
      return out
    }
    return value
  }

  #boundTo(placeholder: string): string {
    return this.#bound.get(placeholder) ?? placeholder
  }

  #compare(got: ApiResponse, step: Step, path: string): void {
    const wanted = step.response as NonNullable<Step['response']>
    const status = firstDifference(got.status, wanted.status, `${path}.response.status`)
    if (status !== undefined) throw new Difference(`${status}; got ${JSON.stringify(got.body)?.slice(0, 500) ?? ''}`)
    if (step.compare === 'shape') {
      const difference = shapeDifference(got.body, wanted.body, `${path}.response.body`)
      if (difference !== undefined) throw new Difference(difference)
      return
    }
    const body = this.#difference(this.#plain(got.body), this.#plain(served(wanted.body, got.body)), `${path}.response.body`)
    if (body !== undefined) throw new Difference(body)
    for (const [name, value] of Object.entries(wanted.headers ?? {})) {
      const difference = this.#difference(got.headers[name], value, `${path}.response.headers.${name}`)
      if (difference !== undefined) throw new Difference(difference)
    }
    if (wanted.headers?.['warning'] === undefined && got.headers['warning'] !== undefined) throw new Difference(`${path}.response.headers.warning: expected nothing, got ${got.headers['warning']}`)
  }

  /** What is compared of a tree: without managedFields (unless the sequence is about them) and column descriptions. */
  #plain(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.#plain(item))
    if (typeof value !== 'object' || value === null) return value
    const out: Json = {}
    for (const [key, member] of Object.entries(value)) {
      if (key === 'managedFields' && this.#sequence.managedFields !== true) continue
      if (key === 'description' && 'priority' in value && 'format' in value) continue
      if (key === 'serverAddressByClientCIDRs') continue
      Object.defineProperty(out, key, { value: this.#plain(member), enumerable: true, configurable: true, writable: true })
    }
    return out
  }

  /** First difference of a tree to one with placeholders, which are bound as they come. */
  #difference(got: unknown, wanted: unknown, path: string): string | undefined {
    if (typeof wanted === 'string') return this.#textDifference(got, wanted, path)
    if (Array.isArray(wanted) && Array.isArray(got)) {
      const asSet = /\.(causes|managedFields)$/.test(path)
      if (asSet) return this.#setDifference(got, wanted, path)
      for (let i = 0; i < Math.max(got.length, wanted.length); i++) {
        const difference = i >= wanted.length ? firstDifference(got[i], undefined, `${path}[${i}]`) : this.#difference(got[i], wanted[i], `${path}[${i}]`)
        if (difference !== undefined) {
          // Objects with generated names may stand in another order.
          if (path.endsWith('.items') && got.length === wanted.length && JSON.stringify(wanted).includes('<gen:')) return this.#setDifference(got, wanted, path)
          return difference
        }
      }
      return undefined
    }
    if (isTree(wanted) && isTree(got)) {
      const rest = new Map(Object.entries(got))
      for (const [key, value] of Object.entries(wanted)) {
        const difference = this.#difference(rest.get(key), value, `${path}.${key}`)
        if (difference !== undefined) return difference
        rest.delete(key)
      }
      for (const [key, value] of rest) if (value !== undefined) return `${path}.${key}: expected nothing, got ${JSON.stringify(value).slice(0, 300)}`
      return undefined
    }
    return firstDifference(got, wanted, path)
  }

  /** Each wanted item must have a like among those that came; what is tried and fails binds nothing. */
  #setDifference(got: readonly unknown[], wanted: readonly unknown[], path: string): string | undefined {
    const left = [...got]
    for (const [i, item] of wanted.entries()) {
      let first: string | undefined
      let found = -1
      for (const [at, candidate] of left.entries()) {
        const [bound, seen] = [new Map(this.#bound), this.#revisionSeen]
        const difference = this.#difference(candidate, item, `${path}[${i}]`)
        if (difference === undefined) {
          found = at
          break
        }
        first ??= difference
        this.#bound.clear()
        for (const [key, value] of bound) this.#bound.set(key, value)
        this.#revisionSeen = seen
      }
      if (found < 0) return first ?? `${path}[${i}]: expected ${JSON.stringify(item).slice(0, 300)}, got nothing`
      left.splice(found, 1)
    }
    return left.length === 0 ? undefined : `${path}: expected nothing more, got ${JSON.stringify(left).slice(0, 300)}`
  }

  #textDifference(got: unknown, wanted: string, path: string): string | undefined {
    const one = whole.exec(wanted)
    if (one?.[1] !== undefined && anything.has(one[1])) return got === undefined ? `${path}: expected ${wanted}, got nothing` : undefined
    if (one?.[1] === 'port') {
      if (typeof got !== 'number') return `${path}: expected ${wanted}, got ${JSON.stringify(got)}`
      return this.#bind(wanted, String(got), path)
    }
    if (typeof got !== 'string') return firstDifference(got, wanted, path)
    if (wanted === got) return undefined
    const cut = wantedPart(wanted, path)
    const shown = cut.length < wanted.length ? got.slice(0, cut.length) : got
    if (!cut.includes('<')) return firstDifference(shown, cut, path)
    // A text with placeholders in it: those bound already must be what they are, the others are bound now.
    const names: string[] = []
    const expression = cut.split(/(<[a-z]+(?::\d+)?>)/).map((part) => {
      const match = whole.exec(part)
      const pattern = match?.[1] === undefined ? undefined : patterns[match[1]]
      if (pattern === undefined) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      names.push(part)
      return `(${pattern})`
    }).join('')
    const match = new RegExp(`^${expression}${cut.length < wanted.length ? '' : '$'}`, 's').exec(cut.length < wanted.length ? got : shown)
    if (match === null) return firstDifference(shown, cut, path)
    for (const [i, name] of names.entries()) {
      const difference = this.#bind(name, match[i + 1] ?? '', path)
      if (difference !== undefined) return difference
    }
    return undefined
  }

  #bind(placeholder: string, value: string, path: string): string | undefined {
    const [, type = '', number] = whole.exec(placeholder) ?? []
    if (number === undefined) return undefined
    const known = this.#bound.get(placeholder)
    if (known !== undefined && type !== 'continue') return known === value ? undefined : `${path}: expected ${placeholder} to be ${known}, got ${value}`
    if (type === 'rv') {
      for (const [other, revision] of this.#bound) {
        const rank = /^<rv:(\d+)>$/.exec(other)?.[1]
        if (rank === undefined || Number(revision) === Number(value)) {
          if (rank !== undefined) return `${path}: expected ${placeholder} to differ from ${other}, both are ${value}`
          continue
        }
        if (Number(rank) < Number(number) !== Number(revision) < Number(value)) return `${path}: expected ${placeholder} on the other side of ${other} (${revision}), got ${value}`
      }
      this.#revisionSeen = Math.max(this.#revisionSeen, Number(value))
    }
    this.#bound.set(placeholder, value)
    return undefined
  }
}

/** The part of a message that is compared: messages end in dumps of Go structures that nobody can know. */
function wantedPart(wanted: string, path: string): string {
  if (!path.endsWith('.message')) return wanted
  // A whole template as the internal type prints.
  if (wanted.includes('"Spec":{"Volumes":')) return wanted.slice(0, 60)
  if (wanted.includes('patch: Invalid value: "{') || wanted.startsWith('Invalid value: "{')) return wanted.slice(0, 60)
  const line = wanted.indexOf('\n')
  return line >= 0 && /Forbidden: /.test(wanted) && /\n[@ -+]/.test(wanted) ? wanted.slice(0, line) : wanted
}

function isTree(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Of what a server offers, the part that ours offers too: groups, resources, subresources and paths may be fewer, never others.
 * Of /version only major and minor count. Anything else is compared as it is.
 */
function served(wanted: unknown, got: unknown): unknown {
  if (typeof wanted === 'string' && typeof got === 'string' && wanted.startsWith('[+]')) return wanted.split('\n').filter((line) => got.split('\n').includes(line)).join('\n')
  if (!isTree(wanted) || !isTree(got)) return wanted
  const only = (list: unknown, gotList: unknown, name: (item: Json) => unknown, inner: (item: Json, like: Json) => Json = (item) => item): unknown => {
    if (!Array.isArray(list) || !Array.isArray(gotList)) return list
    return (list as Json[]).flatMap((item) => {
      const like = (gotList as Json[]).find((candidate) => name(candidate) === name(item))
      return like === undefined ? [] : [inner(item, like)]
    })
  }
  if ('gitVersion' in wanted) return { ...got, major: wanted['major'], minor: wanted['minor'] }
  if (Array.isArray(wanted['paths']) && Array.isArray(got['paths'])) return { ...wanted, paths: wanted['paths'].filter((one) => (got['paths'] as unknown[]).includes(one)) }
  const metaName = (item: Json): unknown => (item['metadata'] as Json | undefined)?.['name']
  switch (wanted['kind']) {
    case 'APIGroupList': return { ...wanted, groups: only(wanted['groups'], got['groups'], (item) => item['name']) }
    case 'APIResourceList': return { ...wanted, resources: only(wanted['resources'], got['resources'], (item) => item['name']) }
    case 'APIGroupDiscoveryList': return {
      ...wanted,
      items: only(wanted['items'], got['items'], metaName, (item, like) => ({
        ...item,
        versions: only(item['versions'], like['versions'], (one) => one['version'], (one, other) => ({
          ...one,
          resources: only(one['resources'], other['resources'], (resource) => resource['resource'], (resource, mine) => ({
            ...resource, ...(Array.isArray(resource['subresources']) ? { subresources: mine['subresources'] === undefined ? undefined : only(resource['subresources'], mine['subresources'], (sub) => sub['subresource']) } : {}),
          })),
        })),
      })),
    }
    default: return wanted
  }
}

/** Members of these need not all be there: they name what is served, and of the recordings only the first forty were kept. */
const offers = new Set(['paths', 'schemas', 'definitions', 'parameters'])

/** Only keys and kinds of values. Descriptions are left out; of what a server offers there may be less. */
function shapeDifference(got: unknown, wanted: unknown, path: string): string | undefined {
  const kindOf = (value: unknown): string => (Array.isArray(value) ? 'list' : value === null ? 'null' : typeof value)
  if (isTree(wanted)) {
    if (!isTree(got)) return `${path}: expected an object, got ${kindOf(got)}`
    const last = path.slice(path.lastIndexOf('.') + 1)
    for (const [key, value] of Object.entries(wanted)) {
      if (key === 'description' || (offers.has(last) && !Object.hasOwn(got, key))) continue
      const difference = shapeDifference(got[key], value, `${path}.${key}`)
      if (difference !== undefined) return difference
    }
    return undefined
  }
  if (Array.isArray(wanted)) return Array.isArray(got) ? undefined : `${path}: expected a list, got ${kindOf(got)}`
  return got === undefined ? `${path}: expected something, got nothing` : undefined
}
