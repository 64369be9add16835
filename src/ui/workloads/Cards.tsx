import type { ReactNode } from 'react'
import type { OwnedAutoscaler, OwnedBudget, OwnedGroup, OwnershipView, OwnedService } from '../../protocol'
import { clock, decimal, rich, span, useText, workloadColor, type Text } from '../kit'
import { sliceRow, type SlicePlace } from './layout'

/** A percentage resolved to a count, with how it was rounded: "25 % ⌈1.5⌉ = 2". */
function Rounded({ label, written, share, count, up }: { readonly label: string; readonly written: string; readonly share: number; readonly count: number; readonly up: boolean }): ReactNode {
  const isShare = written.endsWith('%')
  return (
    <p className="wl-line">
      <span>{label}</span> {isShare && <span className="mono">{written} {up ? `⌈${decimal(share)}⌉` : `⌊${decimal(share)}⌋`} =</span>} <b className="mono">{count}</b>
    </p>
  )
}

export function RootCard({ view }: { readonly view: OwnershipView }): ReactNode {
  const text = useText('workloads')
  return (
    <>
      <p className="wl-head"><span className="legend-letter" style={{ background: workloadColor(view.hue) }} aria-hidden="true">{view.letter}</span><span className="cut">{text('name', { kind: view.kind, name: view.name })}</span></p>
      <RootLines view={view} text={text} />
    </>
  )
}

function Line({ children, quiet = false }: { readonly children: ReactNode; readonly quiet?: boolean }): ReactNode {
  return <p className={`wl-line cut ${quiet ? 'wl-quiet' : ''}`}>{children}</p>
}

function RootLines({ view, text }: { readonly view: OwnershipView; readonly text: Text }): ReactNode {
  const { root } = view
  const image = root.images[0] ?? ''
  switch (root.is) {
    case 'Deployment': {
      const { rollout } = root
      return (
        <>
          <Line>{rich(text('root.replicas', { count: rollout.replicas }))}{root.minReadySeconds > 0 && <span className="dim">, {text('root.minReady', { seconds: root.minReadySeconds })}</span>}</Line>
          {rollout.mode === 'Recreate'
            ? <Line>{text('root.recreate')}</Line>
            : (
                <>
                  <Rounded label="maxSurge" written={rollout.maxSurge} share={rollout.surgeShare} count={rollout.surge} up />
                  <Rounded label="maxUnavailable" written={rollout.maxUnavailable} share={rollout.unavailableShare} count={rollout.unavailable} up={false} />
                </>
              )}
          <Line quiet>{text('root.revision', { revision: root.revision, image })}</Line>
        </>
      )
    }
    case 'StatefulSet': return (
      <>
        <Line>{rich(text('root.ordinals', { from: root.start, to: Math.max(root.start, root.start + root.replicas - 1) }))}</Line>
        <Line>{root.strategy === 'OnDelete' ? text('root.onDelete') : text('root.partition', { partition: root.partition, updated: root.updated })}</Line>
        <Line quiet>{root.policy}{root.service !== '' && `, ${text('root.service', { service: root.service })}`}</Line>
        <Line quiet>{image}</Line>
      </>
    )
    case 'DaemonSet': return (
      <>
        <Line>{rich(text('root.wanted', { wanted: root.wanted }))}</Line>
        <Line>{text('root.scheduled', { scheduled: root.scheduled, misscheduled: root.misscheduled })}</Line>
        <Line>{text('root.updated', { updated: root.updated, available: root.available })}</Line>
        <Line quiet>{root.strategy === 'OnDelete' ? text('root.onDelete') : text('root.daemonLimits', { maxUnavailable: root.maxUnavailable, maxSurge: root.maxSurge })}</Line>
      </>
    )
    case 'Job': return (
      <>
        <Line>{rich(root.completions === undefined ? text('root.anyCompletions', { parallelism: root.parallelism }) : text('root.completions', { completions: root.completions, parallelism: root.parallelism }))}</Line>
        <Line>{root.suspended ? text('root.suspended') : text('root.job', { active: root.active, succeeded: root.succeeded, failed: root.failed })}</Line>
        {root.indexed && <Line>{root.failedIndexes === '' ? text('root.indexed', { indexes: root.completedIndexes || '–' }) : text('root.indexedFailed', { indexes: root.failedIndexes })}</Line>}
        <Line quiet>{text('root.backoff', { limit: root.backoffLimit })}</Line>
      </>
    )
    case 'CronJob': return (
      <>
        <Line>{rich(text('root.schedule', { schedule: root.schedule, zone: root.timeZone ?? 'UTC' }))}</Line>
        <Line>{root.lastAt === undefined ? text('root.never') : text('root.lastAt', { at: clock(root.lastAt) })}</Line>
        <Line>{root.suspended ? text('root.suspended') : root.nextAt === undefined ? '–' : text('root.nextAt', { at: clock(root.nextAt), span: span(root.nextAt - view.at) })}</Line>
        <Line quiet>{text('root.cronPolicy', { policy: root.policy, active: root.active })}</Line>
      </>
    )
    case 'ReplicaSet': return (
      <>
        <Line>{rich(text('root.replicas', { count: root.replicas }))}{root.minReadySeconds > 0 && <span className="dim">, {text('root.minReady', { seconds: root.minReadySeconds })}</span>}</Line>
        <Line quiet>{image}</Line>
      </>
    )
    case 'Pod': return <Line quiet>{image}</Line>
  }
}

export function GroupCard({ group, rolling }: { readonly group: OwnedGroup; readonly rolling: boolean }): ReactNode {
  const text = useText('workloads')
  const { wants, next } = group
  const direction = group.role === 'new' ? (rolling && group.available < (next ?? wants ?? group.exist) ? 'growing' : 'present') : rolling && group.exist > 0 ? 'shrinking' : 'earlier'
  return (
    <>
      <p className="wl-head wl-head-light"><span className="wl-kind">{group.kind}</span> <span className="mono cut">{group.short}</span></p>
      <p className="wl-line mono cut">{group.images[0] ?? ''}</p>
      <p className="wl-figures">
        {wants === undefined
          ? <span>{text('group.pods')} <b>{group.exist}</b></span>
          : <span>{text('group.wants')} <b>{wants}</b>{next !== undefined && next !== wants && <span className="wl-next"> → {next}</span>}</span>}
        <span>{text('group.available')} <b>{group.available}</b></span>
      </p>
      <p className="wl-line wl-quiet">{group.revision === undefined ? '' : `${text('group.revision', { revision: group.revision })}, `}{group.kind === 'Job' ? '' : text(`group.${direction}`)}</p>
    </>
  )
}

export function AutoscalerCard({ autoscaler }: { readonly autoscaler: OwnedAutoscaler }): ReactNode {
  const text = useText('workloads')
  const { current, desired, min, max, tolerance } = autoscaler
  return (
    <>
      <p className="wl-head"><span className="cut">HPA {autoscaler.name}</span><span className="wl-aside">{text('hpa.range', { min, max })}</span></p>
      {autoscaler.metrics.map((metric) => {
        const { ratio } = metric
        if (ratio === undefined || metric.current === undefined) return <p className="wl-line cut" key={metric.name}>{text('hpa.unread', { name: metric.name, target: metric.target })}</p>
        const off = ratio > 1 ? tolerance.up : tolerance.down
        return (
          <div key={metric.name}>
            <p className="wl-line mono cut" title={`${metric.name}, ${metric.unit === 'percent' ? '%' : metric.type}`}>{current} × <u>{metric.current}</u> / {metric.target} = {decimal(metric.product ?? 0)}</p>
            <p className="wl-line cut"><span className="mono">|{decimal(ratio)} − 1| {metric.within === true ? '≤' : '>'} {decimal(off)}</span> {rich(text(desired === current ? 'hpa.keeps' : 'hpa.wants', { count: desired }))}</p>
            <Gauge ratio={ratio} tolerance={tolerance} label={text('hpa.bar', { name: metric.name, current: metric.current, target: metric.target })} />
          </div>
        )
      })}
    </>
  )
}

/** The use against its target: the post is the target, the dashed box what is near enough. */
function Gauge({ ratio, tolerance, label }: { readonly ratio: number; readonly tolerance: OwnedAutoscaler['tolerance']; readonly label: string }): ReactNode {
  const whole = Math.max(1.5, Math.min(4, ratio * 1.1))
  const at = (value: number): string => `${Math.min(100, (value / whole) * 100)}%`
  return (
    <div className="wl-gauge" role="img" aria-label={label}>
      <span className="wl-gauge-fill" style={{ width: at(ratio) }} />
      <span className="wl-gauge-near" style={{ left: at(1 - tolerance.down), width: at(tolerance.up + tolerance.down) }} />
      <span className="wl-gauge-post" style={{ left: at(1) }} />
    </div>
  )
}

/** Above so many Pods a budget is a length. */
const budgetBlocksMax = 14

export function BudgetCard({ budget, hue }: { readonly budget: OwnedBudget; readonly hue: number }): ReactNode {
  const text = useText('workloads')
  const { healthy, desiredHealthy, expected, allowed } = budget
  const slots = Math.max(1, expected, healthy)
  return (
    <>
      <p className="wl-head"><span className="cut">PDB {budget.name}</span><span className="wl-aside">{budget.minAvailable === undefined ? `maxUnavailable ${budget.maxUnavailable ?? ''}` : `minAvailable ${budget.minAvailable}`}</span></p>
      <div className="wl-budget" role="img" aria-label={`${healthy} / ${desiredHealthy}`} style={{ gridTemplateColumns: slots <= budgetBlocksMax ? `repeat(${slots}, 1fr)` : `${healthy}fr ${Math.max(0, slots - healthy)}fr` }}>
        {slots <= budgetBlocksMax
          ? Array.from({ length: slots }, (_, index) => <span key={index} data-healthy={index < healthy ? '' : undefined} data-spare={index >= desiredHealthy ? '' : undefined} style={{ background: index < healthy ? workloadColor(hue) : undefined }} />)
          : <><span data-healthy="" style={{ background: workloadColor(hue) }} /><span /></>}
        <i className="wl-post" style={{ left: `${(Math.min(desiredHealthy, slots) / slots) * 100}%` }} />
      </div>
      <p className="wl-line wl-wrap">{rich(allowed > 0 ? text('pdb.sum', { healthy, desired: desiredHealthy, allowed }) : text('pdb.none', { healthy, desired: desiredHealthy }))}</p>
      <p className="wl-line wl-quiet">{budget.disrupted > 0 ? text('pdb.disrupted', { count: budget.disrupted }) : text('pdb.note')}</p>
    </>
  )
}

export function SliceCard({ place, now, onPod }: { readonly place: SlicePlace; readonly now: ReadonlySet<string>; readonly onPod: (key: string) => void }): ReactNode {
  const text = useText('workloads')
  const { slice, service } = place
  // Its name begins with the Service's, which stands below.
  const short = slice.name.startsWith(`${service.name}-`) ? slice.name.slice(service.name.length + 1) : slice.name
  return (
    <>
      <p className="wl-head"><span>EndpointSlice</span><span className="wl-aside mono cut" title={slice.name}>{short}</span></p>
      <ul className="wl-rows">
        {slice.rows.map((row) => {
          const name = row.pod?.slice(row.pod.indexOf('/') + 1)
          const isNow = name !== undefined && now.has(`Pod ${name}`)
          return (
            <li key={row.pod ?? row.address} style={{ height: sliceRow }} data-state={row.state} data-changed={isNow ? '' : undefined}>
              <button type="button" disabled={row.pod === undefined} title={[row.pod, row.node, row.zones.length > 0 ? text('slice.hints', { zones: row.zones.join(', ') }) : undefined].filter(Boolean).join(', ')} onClick={() => { if (row.pod !== undefined) onPod(row.pod) }}>
                <span className="mono">{row.address}</span><span>{text(`endpoint.${row.state}`)}</span>
              </button>
            </li>
          )
        })}
        {slice.more > 0 && <li style={{ height: sliceRow }} className="dim">{text('slice.more', { count: slice.more })}</li>}
      </ul>
    </>
  )
}

export function ServiceCard({ service }: { readonly service: OwnedService }): ReactNode {
  const text = useText('workloads')
  const address = service.clusterIP === 'None' ? text('service.headless') : service.clusterIP
  return (
    <>
      <p className="wl-head"><span className="cut">Service {service.name}</span>{service.type !== 'ClusterIP' && <span className="wl-aside">{service.type}</span>}</p>
      <p className="wl-line mono cut">{address}{service.ports.length > 0 && `:${service.ports.join(', ')}`}</p>
      <p className="wl-line">{service.ready === 0 ? text('service.none') : rich(text('service.draws', { count: service.ready }))}{service.moreSlices > 0 && <span className="dim">, {text('service.slices', { count: service.moreSlices })}</span>}</p>
    </>
  )
}
