import type { Cluster } from '../engine'
import type { ControlPlaneView } from '../protocol'
import { kindWord, type CommandLine } from './chronicle'
import { firstIndex } from './growing'
import { controllerWord, subjectOf } from './names'
import { isObjectKey, type Message } from './run'
import { schedulerView } from './scheduler-view'

const recentKept = 5
const recentLookedAt = 60
const commandLinesKept = 8

/** What the components above the nodes show: the store's last revisions, the last request, the queues, what a person typed. */
export class ControlPlaneProjection {
  #recentRevision = -1
  #recent: ControlPlaneView['etcd']['recent'] = []

  view(cluster: Cluster, messages: readonly Message[], commands: readonly CommandLine[], event: number, workloadOf: (key: string) => number): ControlPlaneView {
    const { stats } = cluster.etcd
    return {
      etcd: { revision: stats.revision, keys: stats.keys, watches: watchesOf(cluster), recent: this.#recentWrites(cluster) },
      apiserver: lastRequest(messages),
      controllers: cluster.controllerManager.views().map((view) => ({ ...view, name: controllerWord(view.name) })),
      scheduler: schedulerView(cluster, workloadOf),
      kubectl: commands.slice(0, firstIndex(commands, (line) => line.event > event)).slice(-commandLinesKept).map(({ text, ok }) => ({ text, ok })),
    }
  }

  /** A past was put in force in which a revision may mean something else. */
  forget(): void {
    this.#recentRevision = -1
  }

  /** The newest writes that are no heartbeat and no Event: those hide what a person came to see. */
  #recentWrites(cluster: Cluster): ControlPlaneView['etcd']['recent'] {
    const { revision, compactRevision } = cluster.etcd
    if (revision === this.#recentRevision) return this.#recent
    const from = Math.max(compactRevision, revision - recentLookedAt, 1) + 1
    const writes = from > revision ? [] : cluster.etcd.eventsFrom(from)
    const recent: { revision: number; kind: string; verb: string }[] = []
    for (const event of writes) {
      const object = event.type === 'PUT' ? event.kv.value : event.prevKv?.value
      // Not everything in the store is the api-server's: flannel keeps its subnets there.
      if (!isObjectKey(event.kv.key) || object === undefined || object.kind === 'Lease' || object.kind === 'Event') continue
      const verb = event.type === 'DELETE' ? 'delete' : event.kv.version === 1 ? 'create' : 'update'
      recent.push({ revision: event.kv.modRevision, kind: object.kind, verb })
    }
    this.#recentRevision = revision
    // Quiet for a while: what was recent stays, unless going back made it untrue.
    const kept = this.#recent.filter((write) => write.revision < from && write.revision <= revision)
    this.#recent = [...kept, ...recent].slice(-recentKept)
    return this.#recent
  }
}

function lastRequest(messages: readonly Message[]): ControlPlaneView['apiserver'] {
  const request = messages.findLast((message) => message.type === 'request')
  return request === undefined ? null : { method: request.method, path: request.path, code: request.code, from: request.from }
}

/** Watches that are open on the api-server; it keeps one of its own a kind on the store. */
function watchesOf(cluster: Cluster): number {
  return cluster.apiserver.watchCount
}

/** "Pod shop/web-1", for lines that name a write. */
export function writeText(message: Message): string {
  return `${kindWord(message.resource)} ${subjectOf(message)}`
}
