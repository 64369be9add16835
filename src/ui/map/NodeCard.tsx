import { memo, type KeyboardEvent, type ReactNode } from 'react'
import type { Fact } from '../../api'
import type { NodeDetail } from '../../protocol'
import { nodeFlags } from '../../protocol'
import { Chip, CrossMark, Lock, TriangleAlert, middleCut, plain, pluginStyle, sayRefusalShort, useText, type Text } from '../kit'
import { useUi, useView } from '../store'
import { CapacityBar } from './CapacityBar'
import { styleOf } from './css'
import { LeaseAge } from './LeaseAge'
import { NodeMark, Tick, type StateMark } from './marks'
import type { BarPod } from './scene/blocks'
import { amountText, type CapacityResource, type Spans } from './scene/capacity'
import { ordinal, shortenReason, shortfallsOf, taintOf, type DecisionScene, type NodeVerdict } from './scene/decision'
import { ScoreBar } from './ScoreBar'

export interface CardAmounts {
  readonly cpuAllocatable: number
  readonly cpuRequested: number
  readonly memoryAllocatable: number
  readonly memoryRequested: number
  readonly podCount: number
  readonly flags: number
}

export interface NodeCardProps {
  readonly name: string
  readonly amounts: CardAmounts
  readonly pods: readonly (BarPod & { readonly memory: number })[]
  readonly waiting: readonly (BarPod & { readonly memory: number })[]
  readonly spans: Spans
  /** Size of the card as its content is laid out, in pixels. */
  readonly width: number
  readonly height: number
  readonly scale: number
  readonly detail: NodeDetail | undefined
  readonly scene: DecisionScene | undefined
  readonly verdict: NodeVerdict | undefined
  readonly incoming: { readonly key: string; readonly letter: string; readonly cpu: number; readonly memory: number } | undefined
  readonly differences: boolean
  readonly pickedPlugin: string | undefined
  readonly picked: boolean
  readonly now: boolean
  readonly outlined: string | undefined
  readonly nowPod: string | undefined
  readonly tab: boolean
  readonly draft: { readonly resource: CapacityResource; readonly value: number } | undefined
  readonly readOnly: boolean
  readonly onDraft: (resource: CapacityResource, value: number | undefined) => void
  readonly onCommit: (resource: CapacityResource, value: number) => void
  readonly onPick: () => void
  readonly onPod: (key: string) => void
  readonly onHover: (key: string | undefined) => void
  readonly onKeyDown: (event: KeyboardEvent<HTMLElement>) => void
  readonly onFocus: () => void
}

const padding = 12

/** What a card of this size has room for. */
function fitOf(width: number, height: number, decision: boolean, scale: number): 'full' | 'labels' | 'inline' | 'bar' {
  if (width < 120) return 'bar'
  if (height >= (decision ? 204 : 188) * scale) return 'full'
  return height >= (decision ? 136 : 110) * scale && width >= 150 ? 'labels' : 'inline'
}

/** One node: state, what is on it, what was decided about it. */
export const NodeCard = memo(function NodeCard(props: NodeCardProps): ReactNode {
  const { name, amounts, width, height, verdict, detail, draft, scene } = props
  const text = useText('map')
  const fit = fitOf(width, height, scene !== undefined, props.scale)
  // Two bars and a verdict under each other want so much. On lower cards the verdict goes first: it is what is looked for.
  const verdictAlone = fit === 'inline' && height < 100 * props.scale && (verdict?.is === 'rejected' || verdict?.is === 'scored')
  const pad = width < 240 ? 9 : padding
  const inlineLabel = Math.round(34 * props.scale)
  const meterWidth = Math.max(10, width - 2 * pad - (fit === 'inline' ? inlineLabel + 6 : 0))
  const rejected = verdict?.is === 'rejected' ? verdict : undefined
  const winner = verdict?.is === 'scored' && verdict.winner
  // Evidence keeps its ink as long as the filters are on show; when scores are, rejected nodes are past.
  const evident = scene?.phase === 'filter'
  const short = new Set(rejected && evident ? shortfallsOf(rejected) : [])
  const taint = rejected && evident ? taintOf(rejected) : undefined
  const ghostLook = winner ? 'now' : rejected ? 'no' : 'plain'
  const ghostShown = props.incoming !== undefined && scene !== undefined && scene.phase !== 'bind'
    && (verdict?.is === 'passing' || verdict?.is === 'scored' || (rejected !== undefined && scene.phase === 'filter'))
  const bar = (resource: CapacityResource): ReactNode => {
    const cpu = resource === 'cpu'
    const evidence = short.has(resource)
    const amount = cpu ? props.incoming?.cpu : props.incoming?.memory
    return (
      <div className={evidence ? 'keep' : 'fade'}>
        <CapacityBar
          resource={resource} node={name} requested={cpu ? amounts.cpuRequested : amounts.memoryRequested} capacity={cpu ? amounts.cpuAllocatable : amounts.memoryAllocatable}
          span={cpu ? props.spans.cpu : props.spans.memory} width={meterWidth} pods={cpu ? props.pods : props.pods.map((pod) => ({ ...pod, amount: pod.memory }))}
          waiting={cpu ? props.waiting : props.waiting.map((pod) => ({ ...pod, amount: pod.memory }))}
          ghost={ghostShown && amount !== undefined && amount > 0 ? { amount, letter: props.incoming?.letter ?? '', look: rejected && !evidence ? 'plain' : ghostLook } : undefined}
          draft={draft?.resource === resource ? draft.value : undefined} labels={fit === 'inline' ? 'inline' : fit === 'bar' ? 'none' : 'above'} scale={props.scale}
          outlined={props.outlined} nowPod={props.nowPod} handleTab={props.tab} readOnly={props.readOnly || fit === 'bar'}
          onDraft={(value) => { props.onDraft(resource, value) }} onCommit={(value) => { props.onCommit(resource, value) }} onPod={props.onPod} onHover={props.onHover}
        />
      </div>
    )
  }
  const { flags } = amounts
  return (
    <div
      className="node" role="group" tabIndex={props.tab ? 0 : -1} aria-label={nameOf(text, props)} data-node={name} data-fit={fit} data-tall={(fit === 'full' && height > 286 * props.scale) || undefined} data-phase={scene?.phase ?? 'rest'}
      data-verdict={verdict?.is} data-winner={winner || undefined} data-picked={props.picked || undefined} data-now={(props.now && !winner) || undefined} data-whatif={draft !== undefined || undefined}
      data-ready={(flags & nodeFlags.ready) !== 0} data-cordoned={(flags & nodeFlags.unschedulable) !== 0 || undefined}
      style={styleOf({ '--pad': `${pad}px` })}
      onClick={(event) => { event.stopPropagation(); props.onPick() }} onKeyDown={props.onKeyDown} onFocus={props.onFocus}
    >
      <Head {...props} fit={fit} text={text} />
      {fit === 'full' && detail && <Chips detail={detail} taint={taint} room={width - 2 * pad} />}
      {!verdictAlone && <div className="node-bars">
        {fit === 'bar' ? <ThinBar used={amounts.cpuRequested} whole={amounts.cpuAllocatable} span={props.spans.cpu} /> : bar('cpu')}
        {fit === 'bar' ? <ThinBar used={amounts.memoryRequested} whole={amounts.memoryAllocatable} span={props.spans.memory} /> : bar('memory')}
      </div>}
      <Foot {...props} fit={fit} text={text} meterWidth={width - 2 * pad - 2} />
      {(flags & nodeFlags.unschedulable) !== 0 && <div className="node-weave" aria-hidden="true" />}
    </div>
  )
})

interface PartProps extends NodeCardProps {
  readonly fit: 'full' | 'labels' | 'inline' | 'bar'
  readonly text: Text
}

function markOf({ amounts: { flags }, verdict }: NodeCardProps): StateMark {
  if (verdict?.is === 'rejected') return 'rejected'
  if (verdict?.is === 'passing' || verdict?.is === 'scored') return 'passes'
  if (verdict?.is === 'unvisited') return 'none'
  if ((flags & nodeFlags.ready) === 0) return 'notReady'
  if ((flags & (nodeFlags.memoryPressure | nodeFlags.diskPressure | nodeFlags.pidPressure)) !== 0) return 'pressure'
  return 'ready'
}

function stateWords(text: Text, flags: number): string {
  const words = [(flags & nodeFlags.ready) !== 0 ? text('card.ready') : text('card.notReady')]
  if ((flags & nodeFlags.unschedulable) !== 0) words.push(text('card.cordoned'))
  if ((flags & nodeFlags.memoryPressure) !== 0) words.push(text('card.memoryPressure'))
  if ((flags & nodeFlags.diskPressure) !== 0) words.push(text('card.diskPressure'))
  if ((flags & nodeFlags.pidPressure) !== 0) words.push(text('card.pidPressure'))
  return words.join(', ')
}

/** Why a node was refused, in a few words: with the number that mattered where there is one. */
export function refusalWords(verdict: { readonly reasons: readonly string[]; readonly facts: readonly Fact[] }): string {
  const said = sayRefusalShort(verdict)
  return said === verdict.reasons[0] ? shortenReason(said) : said
}

/** "node-f, Ready, CPU 2.85 of 8, score 671, first of 3". */
export function nameOf(text: Text, { name, amounts, verdict, scene }: Pick<NodeCardProps, 'name' | 'amounts' | 'verdict' | 'scene'>): string {
  const parts = [plain(text('name.node', { name, state: stateWords(text, amounts.flags), used: amountText('cpu', amounts.cpuRequested), whole: amountText('cpu', amounts.cpuAllocatable) }))]
  switch (verdict?.is) {
    case 'passing': parts.push(text('name.feasible')); break
    case 'unvisited': parts.push(text('name.unvisited')); break
    case 'rejected': parts.push(text('name.rejected', { plugin: verdict.plugin, reason: refusalWords(verdict) })); break
    case 'scored':
      if (verdict.total !== undefined && verdict.rank !== undefined) {
        parts.push(text('name.score', { total: verdict.total }))
        const rank = verdict.rank <= 3 ? text(`name.rank${verdict.rank}`) : text('name.rankN', { rank: verdict.rank, ordinal: ordinal(verdict.rank) })
        parts.push(text('name.rank', { rank, of: scene?.feasible.length ?? 0 }))
      } else parts.push(text('name.feasible'))
      if (verdict.winner) parts.push(text('name.winner'))
      break
    default:
  }
  return parts.join(', ')
}

function Head(props: PartProps): ReactNode {
  const { name, amounts, detail, fit, text, draft, verdict, scene, width } = props
  const { flags } = amounts
  const mark = markOf(props)
  const pressure = (['memoryPressure', 'diskPressure', 'pidPressure'] as const).find((one) => (flags & nodeFlags[one]) !== 0)
  const notReady = (flags & nodeFlags.ready) === 0
  const ranked = fit !== 'full' && verdict?.is === 'scored' && verdict.rank !== undefined ? verdict : undefined
  return (
    <div className="node-head">
      <NodeMark mark={mark} title={stateWords(text, flags)} />
      <span className="node-name" title={name}>{fit === 'bar' ? endOf(name, width - 26) : name}</span>
      {width >= 210 && <span className="small dim nowrap">{text('card.pods', { count: amounts.podCount })}</span>}
      <span className="grow" />
      {draft && <Chip look="whatif">{`${amountText(draft.resource, draft.resource === 'cpu' ? amounts.cpuAllocatable : amounts.memoryAllocatable)} → ${amountText(draft.resource, draft.value)}`}</Chip>}
      {!draft && <BrokenChips name={name} bare={fit === 'bar'} />}
      {!draft && (flags & nodeFlags.unschedulable) !== 0 && fit !== 'bar' && <Chip title={text('card.cordoned')}><Lock size={11} /></Chip>}
      {!draft && notReady && fit !== 'bar' && <LeaseAge name={name} chip />}
      {!draft && !scene && !notReady && pressure && fit !== 'bar' && <span className="micro no-text cut node-pressure" title={text(`card.${pressure}`)}>{text(`card.${pressure}`)}</span>}
      {!draft && !scene && !notReady && !pressure && fit === 'full' && width >= 280 && detail?.podCIDR !== undefined && <span className="mono node-cidr">{detail.podCIDR}</span>}
      {ranked && fit !== 'bar' && <RankBadge rank={ranked.rank ?? 0} winner={ranked.winner} text={text} />}
    </div>
  )
}

/** What somebody broke of this machine: a cross and a word. */
function BrokenChips({ name, bare }: { readonly name: string; readonly bare: boolean }): ReactNode {
  const text = useText('map')
  const kinds = useView((view) => (view.faults.length === 0 ? '' : view.faults.filter((fault) => fault.subject === name && fault.kind !== 'controller').map((fault) => fault.kind).join(' ')))
  if (kinds === '') return null
  // No room for words: the cross alone, with its words as a title.
  if (bare) return <span className="no-text keep" role="img" aria-label={kinds.split(' ').map((kind) => text(`broken.${kind}`)).join(', ')} title={kinds.split(' ').map((kind) => text(`broken.${kind}`)).join(', ')}><CrossMark size={10} /></span>
  return kinds.split(' ').map((kind) => <Chip key={kind} look="no" className="keep broken-chip"><CrossMark size={9} />{text(`broken.${kind}`)}</Chip>)
}

/** The level below cards: amounts as lengths, no Pods. */
function ThinBar({ used, whole, span }: { readonly used: number; readonly whole: number; readonly span: number }): ReactNode {
  const share = (value: number): string => `${Math.min(100, (value / span) * 100)}%`
  return (
    <div className="thin">
      <span className="thin-track" style={{ width: share(whole) }} />
      <span className="thin-used" data-over={used > whole || undefined} style={{ width: share(used) }} />
    </div>
  )
}

/** The end of a name that is too long: that is where names differ. */
function endOf(name: string, room: number): string {
  const fits = Math.max(3, Math.floor(room / 7))
  return name.length <= fits ? name : `…${name.slice(name.length - fits + 1)}`
}

function RankBadge({ rank, winner, text }: { readonly rank: number; readonly winner: boolean; readonly text: Text }): ReactNode {
  const words = text('card.rank', { rank, ordinal: ordinal(rank) })
  return winner ? <Chip look="now" className="rank-badge">{words}</Chip> : <span className="small dim">{words}</span>
}

/** Labels everybody has, and those that say where a node is, tell nothing apart. */
const dullLabels = /^(?:kubernetes\.io\/(?:hostname|os)|beta\.kubernetes\.io\/.*|topology\.kubernetes\.io\/.*|failure-domain\..*|node\.kubernetes\.io\/exclude.*)$/

/** What is written on the first chips of a card: the machine, then labels without the dull ones. */
export function chipLabels(detail: NodeDetail): readonly string[] {
  const chips: string[] = []
  const arch = detail.labels['kubernetes.io/arch'] ?? detail.labels['beta.kubernetes.io/arch']
  // Beside a taint there is room for one: then what people named themselves comes first.
  if (arch !== undefined && detail.taints.length === 0) chips.push(arch)
  for (const [key, value] of Object.entries(detail.labels)) {
    if (dullLabels.test(key) || key === 'kubernetes.io/arch') continue
    const short = key.slice(key.lastIndexOf('/') + 1)
    chips.push(value === '' ? short : `${short}=${value}`)
  }
  if (arch !== undefined && detail.taints.length > 0) chips.push(arch)
  return chips
}

function Chips({ detail, taint, room }: { readonly detail: NodeDetail; readonly taint: { readonly key: string; readonly value: string } | undefined; readonly room: number }): ReactNode {
  const taints = detail.taints.filter((one) => !one.key.startsWith('node.kubernetes.io/'))
  // Taints sway decisions; labels take what is left of the row.
  const taken = taints.reduce((sum, one) => sum + 40 + 6.4 * (one.key.length + (one.value?.length ?? 0) + one.effect.length), 0)
  const labels = thatFit(chipLabels(detail), room - taken)
  return (
    <div className="node-chips">
      {labels.map((label) => <Chip key={label} className="fade" title={label}>{middleCut(label, 24)}</Chip>)}
      {taints.map((one) => {
        const culprit = taint !== undefined && taint.key === one.key && taint.value === (one.value ?? '')
        return (
          <Chip key={`${one.key}:${one.effect}`} look={culprit ? 'no' : 'taint'} className={culprit ? 'keep' : 'fade'} title={`${one.key}${one.value ? `=${one.value}` : ''}:${one.effect}`}>
            <TriangleAlert size={11} />{one.value ? `${one.key}=${one.value}` : one.key}<span className="dim">{`:${one.effect}`}</span>
          </Chip>
        )
      })}
    </div>
  )
}

function thatFit(labels: readonly string[], room: number): readonly string[] {
  let left = room
  return labels.filter((label) => {
    left -= 19 + Math.min(24, label.length) * 6
    return left >= 0
  })
}

function Foot(props: PartProps & { readonly meterWidth: number }): ReactNode {
  const { verdict, fit, text, name, detail, scene, meterWidth } = props
  const scale = useUi((ui) => (ui.scale === 'stage' ? 1.38 : 1))
  if (!verdict || verdict.is === 'waiting') {
    if (scene) return fit === 'full' ? <div className="node-verdict node-verdict-quiet"><span>{text('card.waiting')}</span></div> : null
    if (fit !== 'full') return null
    return (
      <div className="node-foot fade">
        <i><LeaseAge name={name} /></i>
        <span className="grow" />
        {detail?.proxyMode !== undefined && <><i>{text('card.proxy')} <span className="dim-2">{detail.proxyMode}</span></i><span className="grow" /></>}
        {detail && <i>{detail.runtime}</i>}
      </div>
    )
  }
  if (fit === 'bar') {
    if (verdict.is === 'scored' && verdict.total !== undefined) return <span className="node-bar-total">{verdict.total}</span>
    return null
  }
  switch (verdict.is) {
    case 'unvisited': return fit === 'full' ? <div className="node-verdict node-verdict-quiet"><span>{text('card.unvisited')}</span></div> : null
    case 'passing':
      return (
        <div className="node-verdict node-verdict-passes">
          <Tick /><span className="cut">{verdict.toGo > 0 ? text('card.passes', { count: verdict.toGo }) : text('card.passesAll')}</span>
        </div>
      )
    case 'rejected': {
      // The bar above says how much is short; here stand the scheduler's own words.
      const reason = fit === 'full' && verdict.reasons[0]?.startsWith('Insufficient') ? verdict.reasons.join(', ') : refusalWords(verdict)
      return (
        <div className={`node-verdict node-verdict-no${verdict.now ? ' node-verdict-now' : ''}`} data-over={scene?.phase !== 'filter' || undefined} title={`${verdict.plugin}: ${verdict.reasons.join('; ')}`}>
          <b>{`✕ ${props.width < 260 || (verdict.plugin.length + reason.length) * 7.2 * scale + 56 > props.width ? pluginStyle(verdict.plugin).tiny : verdict.plugin}`}</b><span className="grow" />{props.width > 180 && <span className="cut">{reason}</span>}
        </div>
      )
    }
    case 'scored': {
      const { total, rank, behind } = verdict
      const leader = scene?.leaders[0] ?? ''
      const words = verdict.only ? text('card.only')
        : total === undefined || rank === undefined ? text('card.scoring')
          : verdict.winner || (rank === 1 && !verdict.tied) ? (scene && scene.ties > 1 ? text('card.highestTie', { count: scene.ties }) : text('card.highest', { count: scene?.feasible.length ?? 0 }))
            : verdict.tied ? text('card.tied', { node: leader }) : meterWidth > 250 ? text('card.behind', { count: behind ?? 0, node: leader }) : text('card.behindShort', { count: behind ?? 0 })
      return (
        <div className="node-score">
          <div className="node-figure">
            {!verdict.only && <span className="node-total">{total ?? <span className="node-total-open">{verdict.parts.reduce((sum, part) => sum + part.weighted, 0)}</span>}</span>}
            {(fit !== 'inline' || verdict.only) && <span className="small dim-2 cut">{words}</span>}
            <span className="grow" />
            {fit === 'full' && rank !== undefined && <RankBadge rank={rank} winner={verdict.winner} text={text} />}
          </div>
          {!verdict.only && scene && <ScoreBar parts={verdict.parts} scale={scene.scale} width={fit === 'inline' ? meterWidth - 58 : meterWidth} differences={props.differences} picked={props.pickedPlugin} />}
        </div>
      )
    }
  }
}
