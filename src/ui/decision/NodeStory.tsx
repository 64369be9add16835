import { useEffect, useMemo, type ReactNode } from 'react'
import { faultComponents, faultKinds } from '../../api'
import { nodeFlags } from '../../protocol'
import { Button, Chip, cores, gibibytes, PodTag, rich, shortName, span, TriangleAlert, useText, whole } from '../kit'
import { Because, heal, runToDecision, setCordon, useRow, useSession, useSetUi, useShallow, useView, type Selection } from '../store'

const podsMax = 30

/** A node at rest: what it offers, what is asked of it, and who is there. */
export function NodeStory({ node }: { readonly node: string }): ReactNode {
  const text = useText('decision')
  const session = useSession()
  const setUi = useSetUi()
  const nodes = useView((view) => view.nodes)
  const pods = useView((view) => view.pods)
  useView((view) => view.nodesShape)
  const slot = nodes.slotOf(node) ?? -1
  const version = useRow(nodes, slot)
  const detail = useView((view) => view.details.get(node))
  const now = useView((view) => view.now)
  const workloads = useView((view) => view.workloadById)
  const zones = useView((view) => view.zones)
  const isNow = useView((view) => view.fact?.target.kind === 'node' && view.fact.target.name === node)
  const here = useMemo(() => [...nodes.podsOf(slot)].sort((a, b) => (pods.cpuMilli[b] as number) - (pods.cpuMilli[a] as number) || ((pods.keys[a] as string) < (pods.keys[b] as string) ? -1 : 1)), [nodes, pods, slot, version]) // eslint-disable-line react-hooks/exhaustive-deps -- the rows change in place, their version says so
  useEffect(() => {
    // The map subscribes for the nodes it draws; one that is only in the inspector is asked for here.
    if (slot >= 0 && !session.view.getState().details.has(node)) session.call('subscribe', { nodes: [node] }).catch(() => undefined)
  }, [session, node, slot])
  if (slot < 0) return <p className="sec dim">{text('rest.goneNode', { name: node })}</p>
  const flags = nodes.flags[slot] as number
  const zone = zones[nodes.zone[slot] as number] ?? detail?.zone ?? ''
  const ready = (flags & nodeFlags.ready) !== 0
  const pressures = ([['memoryPressure', 'Memory'], ['diskPressure', 'Disk'], ['pidPressure', 'PID']] as const).filter(([flag]) => (flags & nodeFlags[flag]) !== 0)
  return (
    <>
      <div className="sec story-head">
        <div className="row story-id">
          {isNow && <span className="now-bar" aria-hidden="true" />}
          <h3>{node}</h3><span className="grow" />
          {pressures.map(([flag, what]) => <Chip key={flag} large look="no"><TriangleAlert size={12} />{text('node.pressure', { what })}</Chip>)}
          {(flags & nodeFlags.unschedulable) !== 0 && <Chip large className="chip-dashed">{text('node.cordoned')}</Chip>}
          <Chip large look={ready ? 'ok' : 'no'}>{text(ready ? 'node.ready' : 'node.notReady')}</Chip>
        </div>
        <p className="lead">
          {text('node.sum', {
            pods: whole(nodes.podCount[slot] as number), cpu: cores(nodes.cpuMilliRequested[slot] as number), cpuAll: cores(nodes.cpuMilliAllocatable[slot] as number),
            memory: gibibytes(nodes.memoryBytesRequested[slot] as number), memoryAll: gibibytes(nodes.memoryBytesAllocatable[slot] as number),
          })}
        </p>
      </div>
      <div className="sec">
        <h4 className="sec-title">{text('node.has')}</h4>
        <dl className="kv">
          {zone !== '' && <><dt>{text('node.zone')}</dt><dd>{zone}</dd></>}
          {detail?.podCIDR && <><dt>{text('node.cidr')}</dt><dd className="mono">{detail.podCIDR}</dd></>}
          {detail?.internalIP && <><dt>{text('node.address')}</dt><dd className="mono">{detail.internalIP}</dd></>}
          {detail && <><dt>{text('node.runtime')}</dt><dd>{detail.runtime}</dd><dt>{text('node.kubelet')}</dt><dd className="mono">{detail.kubeletVersion}</dd></>}
          {detail && <><dt>{text('node.lease')}</dt><dd>{detail.leaseRenewedAt === undefined ? text('node.never') : text('node.ago', { age: span(Math.max(0, now - detail.leaseRenewedAt)) })}</dd></>}
          {detail && detail.taints.length > 0 && <><dt>{text('node.taints')}</dt><dd className="chips">{detail.taints.map((taint) => <Chip key={`${taint.key}${taint.effect}`} look="taint">{taint.key}{taint.value ? `=${taint.value}` : ''}:{taint.effect}</Chip>)}</dd></>}
          {detail && <><dt>{text('node.labels')}</dt><dd className="chips">{Object.entries(detail.labels).map(([key, value]) => <Chip key={key} title={`${key}=${value}`}>{key.slice(key.lastIndexOf('/') + 1)}={value}</Chip>)}</dd></>}
        </dl>
      </div>
      <Because resource="nodes" objectKey={node} />
      <div className="sec">
        <h4 className="sec-title">{text('node.pods')}<span className="grow" /><span className="dim title-note">{whole(here.length)}</span></h4>
        {here.length === 0 && <p className="dim">{text('node.noPods')}</p>}
        <ul className="pod-list">
          {here.slice(0, podsMax).map((pod) => {
            const workload = workloads.get(pods.workload[pod] as number)
            const key = pods.keys[pod] as string
            return (
              <li key={key}>
                <button type="button" onClick={() => { setUi({ selection: { kind: 'pod', name: key } }) }} onPointerEnter={() => { setUi({ hoveredPod: key }) }} onPointerLeave={() => { setUi({ hoveredPod: undefined }) }}>
                  <PodTag letter={workload?.letter ?? '·'} hue={workload?.hue ?? 0} name={key.slice(key.indexOf('/') + 1)} title={key} />
                  <span className="grow" /><span className="dim small nowrap">{cores(pods.cpuMilli[pod] as number)} CPU · {gibibytes(pods.memoryBytes[pod] as number)} Gi</span>
                </button>
              </li>
            )
          })}
        </ul>
        {here.length > podsMax && <p className="small dim">{text('node.more', { count: here.length - podsMax })}</p>}
      </div>
      <div className="sec row story-acts">
        <Button aria-haspopup="dialog" onClick={() => { setUi({ breaking: { target: { kind: 'node', name: node } } }) }}>{text('node.break')}</Button>
        <Button onClick={() => { void setCordon(session, node, (flags & nodeFlags.unschedulable) === 0) }}>{text((flags & nodeFlags.unschedulable) !== 0 ? 'node.uncordon' : 'node.cordon')}</Button>
      </div>
    </>
  )
}

/** A workload: its Pods and where they are. */
export function WorkloadStory({ name }: { readonly name: string }): ReactNode {
  const text = useText('decision')
  const setUi = useSetUi()
  const workload = useView((view) => view.workloads.find((one) => `${one.namespace}/${one.name}` === name || one.name === name))
  const pods = useView((view) => view.pods)
  const nodes = useView((view) => view.nodes)
  useView((view) => view.revision)
  if (!workload) return <Because resource="replicasets" objectKey={name} />
  const own = [...pods.live()].filter((slot) => pods.workload[slot] === workload.id)
  const resource = `${workload.kind.toLowerCase()}s`
  return (
    <>
      <div className="sec story-head">
        <div className="row story-id"><PodTag letter={workload.letter} hue={workload.hue} name={workload.name} /><span className="grow" /><span className="dim">{workload.kind}</span></div>
        <p className="lead">{text('workload.sum', { running: workload.running, pods: workload.pods })}{workload.desired === undefined ? '' : `, ${text('workload.desired', { desired: workload.desired })}`}.</p>
      </div>
      <Because resource={resource} objectKey={`${workload.namespace}/${workload.name}`} />
      <div className="sec">
        <h4 className="sec-title">{text('workload.pods')}</h4>
        <ul className="pod-list">
          {own.slice(0, podsMax).map((slot) => (
            <li key={pods.keys[slot]}>
              <button type="button" onClick={() => { setUi({ selection: { kind: 'pod', name: pods.keys[slot] as string } }) }}>
                <PodTag letter={workload.letter} hue={workload.hue} name={shortName(pods.keys[slot] as string)} title={pods.keys[slot] as string} />
                <span className="grow" /><span className="dim small">{nodes.names[pods.node[slot] as number] ?? '—'}</span>
              </button>
            </li>
          ))}
        </ul>
        {own.length > podsMax && <p className="small dim">{text('node.more', { count: own.length - podsMax })}</p>}
      </div>
    </>
  )
}

/** A component of the control plane: what it is for, and what waits in it. */
export function ComponentStory({ name }: { readonly name: string }): ReactNode {
  const text = useText('decision')
  const session = useSession()
  const known = ['kube-scheduler', 'kube-controller-manager', 'etcd', 'kube-apiserver', 'kubectl'].includes(name)
  const lengths = useView(useShallow((view) => view.controlPlane?.scheduler.lengths))
  const cycles = useView((view) => view.controlPlane?.scheduler.cycles ?? 0)
  const setUi = useSetUi()
  const kind = faultKinds.find((one) => faultComponents[one] === name)
  const broken = useView((view) => view.faults.some((fault) => fault.kind === kind))
  return (
    <>
      <div className="sec story-head">
        <div className="row story-id"><h3>{name}</h3></div>
        {known && <p className="lead">{rich(text(`component.${name}`))}</p>}
      </div>
      {name === 'kube-scheduler' && lengths && (
        <div className="sec">
          <h4 className="sec-title">{text('component.queues')}<span className="grow" /><span className="dim title-note">{text('component.cycles', { count: whole(cycles) })}</span></h4>
          <dl className="kv">
            <dt>activeQ</dt><dd>{whole(lengths.active)}</dd><dt>backoffQ</dt><dd>{whole(lengths.backoff)}</dd>
            <dt>unschedulable</dt><dd>{whole(lengths.unschedulable)}</dd><dt>gated</dt><dd>{whole(lengths.gated)}</dd>
          </dl>
        </div>
      )}
      {(name === 'kube-scheduler' || kind !== undefined) && (
        <div className="sec row story-acts">
          {name === 'kube-scheduler' && <Button look="primary" hotkey="D" onClick={() => { void runToDecision(session) }}>{text('runAny')}</Button>}
          {kind !== undefined && broken && <Button onClick={() => { void heal(session, { kind }) }}>{text('component.heal')}</Button>}
          {kind !== undefined && !broken && <Button aria-haspopup="dialog" onClick={() => { setUi({ breaking: { target: { kind: 'component', name } } }) }}>{text('node.break')}</Button>}
        </div>
      )}
    </>
  )
}

/** What the panel tells about a selection. */
export function SelectionStory({ selection }: { readonly selection: Selection }): ReactNode {
  switch (selection.kind) {
    case 'node': return <NodeStory node={selection.name} />
    case 'workload': return <WorkloadStory name={selection.name} />
    case 'component': return <ComponentStory name={selection.name} />
    case 'pod': return null
  }
}
