import { useState, type ReactNode } from 'react'
import { pathOf, resources, splitKey, type CgroupView, type MachineContainer, type MachinePod } from '../../api'
import type { RoomView } from '../../protocol'
import { ChevronDown, cpuQuantity, Menu, memoryQuantity, Segmented, useText, whole } from '../kit'
import { tellError, useSession } from '../store'
import { shortPod } from './use-room'

const mebi = 1024 * 1024

/** What the kernel holds of the picked Pod: files of its cgroup, and whom it would kill first. */
export function CgroupCard({ room, picked }: { readonly room: RoomView; readonly picked: string | undefined }): ReactNode {
  const text = useText('room')
  const [wanted, setWanted] = useState<string>()
  const cgroups = room.machine?.cgroups ?? []
  const pod = room.machine?.pods.find((one) => one.key === picked)
  const cgroup = cgroups.find((one) => one.container === wanted) ?? cgroups[0]
  const container = pod?.containers.find((one) => one.name === cgroup?.container)
  return (
    <section className="room-card room-cgroup" aria-label={pod === undefined ? 'cgroup' : text('cgroup', { pod: shortPod(pod.key) })}>
      <header className="room-head"><h3>{pod === undefined ? 'cgroup' : text('cgroup', { pod: shortPod(pod.key) })}</h3><span className="grow" />{pod !== undefined && container !== undefined && <Usage pod={pod} container={container} />}</header>
      {cgroups.length > 1 && cgroup !== undefined && <Segmented label="container" className="cgroup-containers" value={cgroup.container} segments={cgroups.map((one) => ({ value: one.container, label: one.container }))} onChange={setWanted} />}
      {pod === undefined ? <p className="small dim room-note">{text('cgroup.pick')}</p> : cgroup === undefined || container === undefined ? <p className="small dim room-note">{text('cgroup.none')}</p> : (
        <>
          <p className="cgroup-path mono" title={cgroup.path}>{shortPath(cgroup.path)}</p>
          <dl className="cgroup-files mono">
            <div><dt>cpu.max</dt><dd>{cgroup.cpuMax}</dd></div>
            <div><dt>cpu.weight</dt><dd>{cgroup.cpuWeight}</dd></div>
            <div><dt>memory.max</dt><dd>{cgroup.memoryMax}</dd></div>
            <div><dt>memory.current</dt><dd>{cgroup.memoryCurrent}</dd></div>
            <div title={text('lastMinute')}><dt>nr_throttled</dt><dd>{text('throttled', { throttled: cgroup.throttled, periods: cgroup.periods })}</dd></div>
          </dl>
          <Oom pod={pod} oom={cgroup.oom} />
        </>
      )}
    </section>
  )
}

function Oom({ pod, oom }: { readonly pod: MachinePod; readonly oom: CgroupView['oom'] }): ReactNode {
  const text = useText('room')
  const share = oom.capacityBytes > 0 ? (1000 * oom.requestBytes) / oom.capacityBytes : 0
  // Go cuts the quotient to a whole number before it subtracts.
  const [front, behind] = share.toFixed(1).split('.') as [string, string]
  return (
    <div className="room-part oom">
      <h4 className="mono">{text('oom')}</h4>
      {oom.raw === undefined ? <p className="small dim-2">{text('oom.class', { qos: pod.qos, adj: oom.adj })}</p> : (
        <p className="mono oom-formula">{'1000 − 1000 × '}<u>{whole(oom.requestBytes / mebi)}</u>{` / ${Math.round(oom.capacityBytes / mebi)}`}<br />{`= 1000 − ${front}`}<span className="dim">{`.${behind}`}</span>{' = '}<b>{oom.adj}</b>{oom.adj !== oom.raw && <span className="dim small"> {text('oom.capped')}</span>}</p>
      )}
    </div>
  )
}

const kinds = ['default', 'steady', 'wave', 'burst', 'leak', 'follow'] as const
type Kind = (typeof kinds)[number]

/** Writes how a container uses its node; "" takes the word back. */
function Usage({ pod, container }: { readonly pod: MachinePod; readonly container: MachineContainer }): ReactNode {
  const text = useText('room')
  const session = useSession()
  const write = (kind: Kind): void => {
    const { namespace, name } = splitKey(pod.key)
    session.call('request', {
      request: {
        method: 'PATCH', path: pathOf(resources.pods, namespace, name), userAgent: 'kubectl', headers: { 'content-type': 'application/merge-patch+json' },
        body: { metadata: { annotations: { [`berth.dev/usage.${container.name}`]: kind === 'default' ? null : modelText(kind, container) } } },
      },
    }).then((answer) => { if (answer.status >= 400) tellError(session, new Error(String((answer.body as { readonly message?: string }).message ?? ''))) }, (error: unknown) => { tellError(session, error) })
  }
  const current = kindOf(container.model)
  return (
    <div className="row usage-row">
      <Menu
        label={text('usage.long', { container: container.name })} width={300}
        trigger={<button type="button" className="usage-pick" aria-label={text('usage.long', { container: container.name })} title={container.model}>{text(`usage.${current}`)}<ChevronDown size={13} /></button>}
        items={kinds.map((kind) => ({ id: kind, label: text(`usage.${kind}`), note: kind === 'default' ? text('usage.defaultNote') : <span className="mono">{modelText(kind, container)}</span>, checked: kind === current, onSelect: () => { write(kind) } }))}
      />
    </div>
  )
}

/** The words of "berth.dev/usage" for a kind of use, by what the container asks for. */
export function modelText(kind: Exclude<Kind, 'default'>, { cpu, memory }: Pick<MachineContainer, 'cpu' | 'memory'>): string {
  const milli = (share: number): string => cpuQuantity(Math.max(1, Math.round((cpu.requested ?? 100) * share)))
  const bytes = (share: number): string => memoryQuantity(Math.max(1, Math.round(((memory.requested ?? 64 * mebi) * share) / mebi)) * mebi)
  switch (kind) {
    case 'steady': return `cpu=${milli(0.5)} memory=${bytes(0.75)}`
    case 'wave': return `cpu=${milli(0.2)}..${milli(1.2)}/60s memory=${bytes(0.6)}..${bytes(0.9)}/60s`
    case 'burst': return `cpu=${milli(0.2)}..${milli(1.6)}/60s*10s memory=${bytes(0.5)}..${bytes(0.95)}/60s*10s`
    case 'leak': return `memory=${bytes(0.5)}+${bytes(1 / 60)}/s`
    case 'follow': return `cpu=${milli(0.1)}+${milli(0.02)}/rps memory=${bytes(0.5)}`
  }
}

export function kindOf(model: string | undefined): Kind {
  if (model === undefined) return 'default'
  if (model.includes('/rps')) return 'follow'
  if (/\+[^/]+\/s(\s|$)/.test(model)) return 'leak'
  if (model.includes('*')) return 'burst'
  return model.includes('..') ? 'wave' : 'steady'
}

/** The last two parts, each with its middle left out. */
function shortPath(path: string): string {
  const parts = path.split('/').filter((part) => part !== '')
  const cut = (part: string): string => (part.length <= 40 ? part : `${part.slice(0, 32)}…${part.slice(part.lastIndexOf('.'))}`)
  return `…/${parts.slice(-2).map(cut).join('/\u200b')}`
}
