import type { OwnedPod, OwnershipView } from '../../protocol'

/** What a block of the limit strip is: of an old template, of the present one, not counted yet, over, or failed. */
export type BlockLook = 'old' | 'new' | 'starting' | 'waiting' | 'failed' | 'empty'

export interface StripBlock {
  readonly key: string
  /** What it says, if it is wide enough; "" for a count of many. */
  readonly label: string
  readonly look: BlockLook
  /** In Pods. */
  readonly width: number
  readonly pod?: string
}

export interface StripRow {
  readonly id: string
  readonly blocks: readonly StripBlock[]
  /** A white post after so many Pods. */
  readonly post?: { readonly at: number; readonly id: string; readonly args: Readonly<Record<string, string | number>> }
  readonly sum: { readonly id: string; readonly args: Readonly<Record<string, string | number>> }
}

export interface Strip {
  readonly id: string
  /** Width of the whole, in Pods. */
  readonly slots: number
  readonly rows: readonly StripRow[]
}

/** Above so many Pods blocks are drawn as lengths without names. */
const blocksMax = 24

/** The last part of a Pod's name; of a StatefulSet its ordinal says more. */
function labelOf(pod: OwnedPod): string {
  return pod.name.slice(pod.name.lastIndexOf('-') + 1)
}

interface Counted {
  readonly pod: OwnedPod
  readonly role: 'new' | 'old' | 'only'
}

/** The limits of a workload, or what there is of the kind, as rows of blocks: as wide as there are Pods. Undefined where there is nothing to count. */
export function stripOf(view: OwnershipView): Strip | undefined {
  const listed = view.groups.flatMap((group) => group.pods.filter((pod) => !pod.gone && pod.words.id !== 'terminating' && pod.words.id !== 'succeeded' && pod.words.id !== 'failed').map((pod): Counted => ({ pod, role: group.role })))
  const whole = view.groups.every((group) => group.more === 0) && listed.length <= blocksMax
  const blocks = (want: (counted: Counted) => boolean, look: (counted: Counted) => BlockLook): StripBlock[] => listed.filter(want).map((counted) => ({
    key: counted.pod.key, label: labelOf(counted.pod), look: look(counted), width: 1, pod: counted.pod.key,
  }))
  const lookOf = ({ pod, role }: Counted): BlockLook => (pod.available ? (role === 'old' ? 'old' : 'new') : pod.node === undefined ? 'waiting' : 'starting')
  const { root } = view
  const oldFirst = (row: readonly StripBlock[]): StripBlock[] => [...row.filter(({ look }) => look === 'old'), ...row.filter(({ look }) => look === 'new'), ...row.filter(({ look }) => look !== 'old' && look !== 'new')]
  const lengths = (parts: readonly (readonly [BlockLook, number])[]): StripBlock[] => parts.filter(([, width]) => width > 0).map(([look, width]) => ({ key: look, label: '', look, width }))
  const sums = (role: Counted['role'][], of: 'exist' | 'available'): number => view.groups.filter((group) => role.includes(group.role)).reduce((sum, group) => sum + group[of], 0)
  const availableOld = sums(['old'], 'available')
  const availableNew = sums(['new', 'only'], 'available')
  const existing = sums(['old', 'new', 'only'], 'exist')
  const exist = whole ? oldFirst(blocks(() => true, lookOf)) : lengths([['old', availableOld], ['new', availableNew], ['starting', existing - availableOld - availableNew]])
  const available = [
    ...whole ? oldFirst(blocks(({ pod }) => pod.available, lookOf)) : lengths([['old', availableOld], ['new', availableNew]]),
    ...existing > availableOld + availableNew ? [{ key: 'starting', label: 'starting', look: 'empty' as const, width: existing - availableOld - availableNew }] : [],
  ]
  switch (root.is) {
    case 'Deployment': {
      const { rollout } = root
      return {
        id: 'rollout', slots: Math.max(1, rollout.ceiling, rollout.exist),
        rows: [
          { id: 'exist', blocks: exist, post: { at: rollout.ceiling, id: 'ceiling', args: { replicas: rollout.replicas, surge: rollout.mode === 'Recreate' ? 0 : rollout.surge } }, sum: { id: 'of', args: { count: rollout.exist, of: rollout.ceiling } } },
          { id: 'available', blocks: available, post: { at: rollout.floor, id: 'floor', args: { replicas: rollout.replicas, unavailable: rollout.replicas - rollout.floor } }, sum: { id: 'atLeast', args: { count: rollout.available, of: rollout.floor } } },
        ],
      }
    }
    case 'ReplicaSet': return {
      id: 'replicas', slots: Math.max(1, root.replicas, existing),
      rows: [
        { id: 'exist', blocks: exist, post: { at: root.replicas, id: 'replicas', args: { replicas: root.replicas } }, sum: { id: 'of', args: { count: existing, of: root.replicas } } },
        { id: 'available', blocks: available, sum: { id: 'of', args: { count: availableNew + availableOld, of: root.replicas } } },
      ],
    }
    case 'StatefulSet': {
      const byOrdinal = [...listed].sort((a, b) => (a.pod.ordinal ?? 0) - (b.pod.ordinal ?? 0))
      const rolling = root.strategy === 'RollingUpdate' && root.partition > root.start
      return {
        id: 'ordinals', slots: Math.max(1, root.replicas, existing),
        rows: [
          {
            id: 'ordinals', blocks: whole ? byOrdinal.map((counted) => ({ key: counted.pod.key, label: String(counted.pod.ordinal ?? ''), look: lookOf(counted), width: 1, pod: counted.pod.key })) : exist,
            ...(rolling ? { post: { at: Math.min(root.replicas, root.partition - root.start), id: 'partition', args: { partition: root.partition } } } : {}), sum: { id: 'of', args: { count: existing, of: root.replicas } },
          },
          { id: 'available', blocks: available, sum: { id: 'of', args: { count: availableOld + availableNew, of: root.replicas } } },
        ],
      }
    }
    case 'DaemonSet': return {
      id: 'nodes', slots: Math.max(1, root.wanted, root.scheduled + root.misscheduled),
      rows: [
        { id: 'scheduled', blocks: whole ? exist : lengths([['new', root.scheduled]]), post: { at: root.wanted, id: 'wanted', args: { wanted: root.wanted } }, sum: { id: 'of', args: { count: root.scheduled, of: root.wanted } } },
        { id: 'available', blocks: available, sum: { id: 'of', args: { count: root.available, of: root.wanted } } },
      ],
    }
    case 'Job': {
      const of = root.completions ?? Math.max(1, root.succeeded + root.active)
      return {
        id: 'completions', slots: Math.max(1, of, root.succeeded + root.active),
        rows: [
          { id: 'succeeded', blocks: lengths([['new', root.succeeded], ['starting', root.active]]), ...(root.completions === undefined ? {} : { post: { at: root.completions, id: 'completions', args: { completions: root.completions } } }), sum: { id: 'of', args: { count: root.succeeded, of } } },
          { id: 'failed', blocks: lengths([['failed', root.failed]]), post: { at: Math.min(of, root.backoffLimit), id: 'backoffLimit', args: { limit: root.backoffLimit } }, sum: { id: 'atMost', args: { count: root.failed, of: root.backoffLimit } } },
        ],
      }
    }
    case 'CronJob': case 'Pod': return undefined
  }
}
