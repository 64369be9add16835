import { compareText } from '../base'
import { controllerOf, type ApiObject, type ObjectMeta, type OwnerReference, type Pod } from '../api'
import { podStates, type WorkloadView } from '../protocol'

/** One workload, and how many of its Pods there are. */
interface Workload {
  readonly id: number
  readonly namespace: string
  readonly kind: string
  readonly name: string
  readonly letter: string
  readonly hue: number
  pods: number
  running: number
  desired: number | undefined
}

const hues = 7
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const systemNamespace = 'kube-system'

/** Kinds whose Pods belong together under their own name. */
const controllers = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'ReplicationController', 'Job', 'CronJob'])

/**
 * Which Pods belong together, and their letters and hues: given at first appearance and kept for the whole session, also when one
 * goes back in time. kube-system is one grey workload.
 */
export class Workloads {
  readonly #byName = new Map<string, Workload>()
  readonly #list: Workload[] = []
  /** Letters taken. */
  readonly #letters = new Set<string>()
  /** Owners by "kind namespace/name", where they are known: a ReplicaSet leads to its Deployment. */
  readonly #owners = new Map<string, OwnerReference | null>()
  #nextHue = 0
  #changed = false

  /** An owner came, changed or went. */
  owner(key: string, object: ApiObject | undefined, before: ApiObject | undefined): void {
    const subject = object ?? before
    if (subject === undefined || !controllers.has(subject.kind)) return
    const id = `${subject.kind} ${key}`
    const parent = object === undefined ? undefined : controllerOf(object)
    if (object === undefined) this.#owners.delete(id)
    else this.#owners.set(id, parent ?? null)
    if (parent !== undefined || subject.metadata.namespace === systemNamespace) return
    const { namespace = '', name = '' } = subject.metadata
    // A ReplicaSet may be seen before the Deployment it belongs to; Pods and roots alone make workloads.
    const workload = object === undefined ? this.#byName.get(idOf(subject.kind, namespace, name)) : this.#of(subject.kind, namespace, name)
    if (workload === undefined) return
    const spec = object?.['spec'] as { readonly replicas?: number; readonly parallelism?: number; readonly completions?: number } | undefined
    const desired = subject.kind === 'Job' ? Math.min(spec?.parallelism ?? 1, spec?.completions ?? Infinity) : subject.kind === 'DaemonSet' || subject.kind === 'CronJob' ? undefined : spec?.replicas
    this.#desire(workload, object === undefined ? undefined : desired ?? (subject.kind === 'DaemonSet' || subject.kind === 'CronJob' ? undefined : 1))
  }

  /** The id of a Pod's workload. */
  of(pod: Pod): number {
    const { namespace = '', labels } = pod.metadata
    if (namespace === systemNamespace) return this.#of('System', systemNamespace, systemNamespace).id
    let owner = controllerOf(pod)
    if (owner === undefined) {
      const family = familyOf(pod)
      // A bare Pod that says it is of an app joins the workload of that name.
      for (const kind of controllers) {
        const known = this.#byName.get(idOf(kind, namespace, family))
        if (known !== undefined) return known.id
      }
      return this.#of('Pod', namespace, family).id
    }
    for (let depth = 0; depth < 4; depth++) {
      const parent = this.#owners.get(`${owner.kind} ${namespace}/${owner.name}`)
      if (parent === undefined || parent === null) break
      owner = parent
    }
    const hash = labels?.['pod-template-hash']
    // A dump without its ReplicaSets: the name still says which Deployment it was.
    if (owner.kind === 'ReplicaSet' && hash !== undefined && owner.name.endsWith(`-${hash}`) && !this.#owners.has(`ReplicaSet ${namespace}/${owner.name}`)) {
      return this.#of('Deployment', namespace, owner.name.slice(0, -hash.length - 1)).id
    }
    return this.#of(owner.kind, namespace, owner.name).id
  }

  /** One Pod more or less, in a state. */
  count(id: number, state: number, by: 1 | -1): void {
    const workload = this.#list[id]
    if (workload === undefined) return
    if (state !== podStates.succeeded && state !== podStates.failed) workload.pods += by
    if (state === podStates.running) workload.running += by
    this.#changed = true
  }

  /** The views, if any changed since they were last taken. */
  take(): readonly WorkloadView[] | undefined {
    if (!this.#changed) return undefined
    this.#changed = false
    return this.views()
  }

  views(): readonly WorkloadView[] {
    return this.#list.map(({ desired, ...view }) => (desired === undefined ? { ...view } : { ...view, desired }))
  }

  /** Who has which letter, by order of appearance: what a saved session keeps. */
  names(): readonly (readonly [kind: string, namespace: string, name: string])[] {
    return this.#list.map(({ kind, namespace, name }) => [kind, namespace, name])
  }

  /** Gives out letters and hues in the order of a saved session. */
  adopt(names: readonly (readonly [kind: string, namespace: string, name: string])[]): void {
    for (const [kind, namespace, name] of names) this.#of(kind, namespace, name)
  }

  /** The order in which owners of a first load are to be seen: as they were written, roots first within one moment. */
  static order(a: ApiObject, b: ApiObject): number {
    return Number(a.metadata.resourceVersion ?? 0) - Number(b.metadata.resourceVersion ?? 0) || compareText(a.kind, b.kind)
  }

  #desire(workload: Workload, desired: number | undefined): void {
    if (workload.desired === desired) return
    workload.desired = desired
    this.#changed = true
  }

  #of(kind: string, namespace: string, name: string): Workload {
    const id = idOf(kind, namespace, name)
    let workload = this.#byName.get(id)
    if (workload === undefined) {
      const system = kind === 'System'
      workload = {
        id: this.#list.length, namespace, kind, name, letter: system ? '·' : this.#letter(name), hue: system ? 0 : 1 + (this.#nextHue++ % hues),
        pods: 0, running: 0, desired: undefined,
      }
      this.#byName.set(id, workload)
      this.#list.push(workload)
      this.#changed = true
    }
    return workload
  }

  /** The first letter of the name, or the next that is free; when all are taken, the first letter again. */
  #letter(name: string): string {
    const first = /[a-z]/i.exec(name)?.[0].toUpperCase() ?? 'X'
    const free = this.#letters.has(first) ? [...alphabet].find((letter) => !this.#letters.has(letter)) : first
    if (free !== undefined) this.#letters.add(free)
    return free ?? first
  }
}

/** What a Pod without an owner is one of: the app its labels name, or its name without a number behind it. */
export function familyOf({ metadata }: { readonly metadata: ObjectMeta }): string {
  const { labels, name = '' } = metadata
  return labels?.['app.kubernetes.io/name'] ?? labels?.['app'] ?? labels?.['k8s-app'] ?? (name.replace(/[-.]?[0-9]+$/, '') || name)
}

function idOf(kind: string, namespace: string, name: string): string {
  return `${kind} ${namespace}/${name}`
}
