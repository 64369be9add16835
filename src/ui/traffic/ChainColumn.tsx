import { Fragment, type ReactNode } from 'react'
import type { IpvsSchedulerName, RuleView, TrafficRecord, TrafficWalk } from '../../api'
import type { TrafficView } from '../../protocol'
import { useText } from '../kit'
import { endpointOf, ruleAnchor, shownChains, type ShownChain } from './hops'

/** The rules on the way, as a person reads them: tables of iptables, a virtual server of IPVS, or the process. `reached`: anchors the packet has come to. */
export function ChainColumn({ traffic, walk, reached, onScheduler }: { readonly traffic: TrafficView; readonly walk: TrafficWalk | undefined; readonly reached: ReadonlySet<string>; readonly onScheduler: (scheduler: IpvsSchedulerName) => void }): ReactNode {
  const text = useText('traffic')
  const source = walk ?? traffic.preview
  const record = walk?.record
  const { cards, others, masqueraded } = shownChains(source, record?.outcome)
  const drawn = walk?.chains.flatMap((chain) => chain.rules).filter((rule) => rule.probability !== undefined).length ?? 0
  return (
    <section className="traffic-chains" aria-label={text('walk')}>
      {cards.map((card, index) => <ChainCard key={`${card.chain.table} ${card.chain.chain}`} card={card} index={index} reached={reached} asked={walk !== undefined} />)}
      {source.virtualServer !== undefined && <ServerCard server={source.virtualServer} scheduler={traffic.proxy.scheduler} reached={reached} onScheduler={onScheduler} />}
      {source.process !== undefined && <ProcessCard process={source.process} record={record} reached={reached} />}
      {record?.means === 'conntrack' && (
        <PlainCard anchor="entry" title={text('entry')} note={text('entry.note')} reached={reached}>
          {record.protocol} ESTABLISHED src={record.clientIP} dst={record.destination?.split(':')[0]} sport={record.sourcePort} dport={record.destination?.split(':')[1]} src={record.endpoint?.split(':')[0]}
        </PlainCard>
      )}
      {record?.means === 'direct' && record.destination !== undefined && <PlainCard anchor="direct" title={text('direct')} note={text('direct.note')} reached={reached}>{record.destination}</PlainCard>}
      {walk !== undefined && !walk.complete && <p className="small dim">{text('gone')}</p>}
      {record !== undefined && record.nodes.length === 0 && <p className="small dim">{text('noWalk')}</p>}
      {masqueraded && <p className="small dim-2 traffic-aside">{text('masq')}</p>}
      {walk !== undefined && others > 0 && <p className="small dim traffic-aside">{text('rest', { count: others })}</p>}
      {walk === undefined ? <p className="small dim traffic-aside">{text('preview')}</p>
        : drawn > 1 && record?.mode === 'iptables' && <p className="small dim traffic-aside">{text('mark', { id: walk.record.id, count: drawn + 1, less: drawn })}</p>}
    </section>
  )
}

/** "KUBE-SVC-67NZ…" has the words of its kind. */
function kindOf(chain: string): string {
  return chain.startsWith('KUBE-PORTALS') || chain.startsWith('KUBE-NODEPORT-') ? 'KUBE-PORTALS-CONTAINER' : /^KUBE-(EXT|FW|SVC|SVL|SEP)/.exec(chain)?.[0] ?? chain
}

function ChainCard({ card: { chain, hit }, index, reached, asked }: { readonly card: ShownChain; readonly index: number; readonly reached: ReadonlySet<string>; readonly asked: boolean }): ReactNode {
  const text = useText('traffic')
  const { rules } = chain
  const kind = chain.table === 'filter' ? 'filter' : kindOf(chain.chain)
  const shares = rules.some((rule) => rule.probability !== undefined)
  return (
    <div className="traffic-card traffic-chain" role="group" aria-label={chain.chain}>
      <header className="row"><h4 className="mono cut" title={chain.chain}>{chain.chain}</h4><span className="grow" /><span className="small dim cut">{text(`chain.${kind}`, { table: chain.table })}</span></header>
      <ol>
        {rules.map((rule, place) => {
          const before = place === 0 ? rule.index : rule.index - (rules[place - 1] as RuleView).index - 1
          return (
            <Fragment key={rule.index}>
              {before > 0 && <Hidden count={before} plain={!asked} />}
              <RuleRow rule={rule} anchor={ruleAnchor(index, rule.index)} shares={shares} now={rule.index === hit?.index && asked && reached.has(ruleAnchor(index, rule.index))} asked={asked} />
            </Fragment>
          )
        })}
        {rules.length > 0 && chain.total - 1 - (rules.at(-1) as RuleView).index > 0 && <Hidden count={chain.total - 1 - (rules.at(-1) as RuleView).index} plain />}
      </ol>
    </div>
  )
}

function Hidden({ count, plain }: { readonly count: number; readonly plain: boolean }): ReactNode {
  const text = useText('traffic')
  return <li className="traffic-hidden small dim">{text(plain ? 'hiddenPlain' : 'hidden', { count })}</li>
}

function RuleRow({ rule, anchor, shares, now, asked }: { readonly rule: RuleView; readonly anchor: string; readonly shares: boolean; readonly now: boolean; readonly asked: boolean }): ReactNode {
  const text = useText('traffic')
  const endpoint = endpointOf(rule)
  const sharing = shares && (rule.probability !== undefined || (endpoint !== undefined && rule.match === ''))
  const part = rule.probability ?? 1
  const state = now ? 'now' : asked ? rule.outcome : 'plain'
  return (
    <li className="traffic-rule mono" data-anchor={anchor} data-state={state} {...(endpoint === undefined ? {} : { 'data-to': endpoint })} title={rule.text}>
      <span className="traffic-mark" aria-hidden="true">{now ? '✓' : rule.draw !== undefined ? '✕' : ''}</span>
      {sharing
        ? (
          <>
            <span className="traffic-chance">{rule.probability === undefined ? text('otherwise') : `--probability ${rule.probability.toFixed(4)}`}</span>
            <span className="traffic-bar" aria-hidden="true"><span style={{ width: `${part * 100}%` }} />{rule.draw !== undefined && <i style={{ left: `${rule.draw * 100}%` }} />}</span>
            <span className="traffic-draw">{rule.draw === undefined ? '' : rule.draw.toFixed(2).replace(/^0/, '')}</span>
          </>
        )
        : <span className="cut">{rule.match === '' ? text('anything') : rule.match}</span>}
      <span className="grow" />
      <span className={`traffic-target ${rule.target === 'DROP' || rule.target.startsWith('REJECT') ? 'no-text' : ''}`}>{now && '→ '}{rule.target.length > 15 && rule.target.startsWith('KUBE-') ? `${rule.target.slice(0, 13)}…` : rule.target.replace('DNAT --to-destination ', 'DNAT → ').replace(' --reject-with icmp-port-unreachable', '').replace('REDIRECT --to-ports ', 'REDIRECT :')}</span>
      <span className="visually-hidden">{rule.outcome === 'matched' ? '✓' : rule.outcome === 'missed' && asked ? '✕' : ''}</span>
    </li>
  )
}

const schedulers: readonly IpvsSchedulerName[] = ['rr', 'wrr', 'lc', 'wlc', 'sh']

function ServerCard({ server, scheduler, reached, onScheduler }: { readonly server: NonNullable<TrafficWalk['virtualServer']>; readonly scheduler: IpvsSchedulerName; readonly reached: ReadonlySet<string>; readonly onScheduler: (scheduler: IpvsSchedulerName) => void }): ReactNode {
  const text = useText('traffic')
  return (
    <div className="traffic-card traffic-chain" role="group" aria-label={server.key}>
      <header className="row" data-anchor="server" data-state={reached.has('server') ? 'now' : 'plain'}>
        <h4 className="mono">{server.key}{server.scheduler === scheduler ? '' : ` ${server.scheduler}`}</h4>
        {server.scheduler === scheduler && <select className="traffic-select mono small" aria-label={text('scheduler')} value={scheduler} onChange={(event) => { onScheduler(event.target.value as IpvsSchedulerName) }}>{schedulers.map((name) => <option key={name}>{name}</option>)}</select>}
        {server.persistent > 0 && <span className="mono small dim-2">&nbsp;{text('virtual.persistent', { seconds: server.persistent })}</span>}
        <span className="grow" /><span className="small dim">{text('virtual')}</span>
      </header>
      <ol>
        {server.real.length === 0 && <li className="traffic-hidden small no-text">✕ {text('virtual.none')}</li>}
        {server.real.slice(0, 40).map((real, index) => (
          <li key={real.key} className="traffic-rule mono" data-anchor={`real ${index}`} data-to={real.key} data-state={index === server.chosen && reached.has(`real ${index}`) ? 'now' : 'plain'}>
            <span className="traffic-mark" aria-hidden="true">{index === server.chosen ? '✓' : ''}</span><span>-&gt; {real.key}</span><span className="grow" /><span className="dim">{text('virtual.real', { weight: real.weight })}</span>
          </li>
        ))}
        {server.real.length > 40 && <li className="traffic-hidden small dim">{text('moreEndpoints', { count: server.real.length - 40 })}</li>}
      </ol>
    </div>
  )
}

function ProcessCard({ process, record, reached }: { readonly process: NonNullable<TrafficWalk['process']>; readonly record: TrafficRecord | undefined; readonly reached: ReadonlySet<string> }): ReactNode {
  const text = useText('traffic')
  return (
    <div className="traffic-card traffic-chain" role="group" aria-label={text('process')}>
      <header className="row" data-anchor="process" data-state={reached.has('process') ? 'now' : 'plain'}><h4>{text('process')}</h4><span className="grow" /><span className="small dim">{text('process.listen', { port: process.listen })}</span></header>
      <ol>
        {process.endpoints.length === 0 && <li className="traffic-hidden small no-text">✕ {text('process.none')}</li>}
        {process.endpoints.slice(0, 40).map((endpoint) => {
          const took = record?.endpoint === endpoint
          const skipped = !took && process.tried.includes(endpoint)
          return (
            <li key={endpoint} className="traffic-rule mono" data-anchor={`turn ${endpoint}`} data-to={endpoint} data-state={took && reached.has(`turn ${endpoint}`) ? 'now' : 'plain'}>
              <span className="traffic-mark" aria-hidden="true">{took ? '✓' : skipped ? '✕' : ''}</span><span>{endpoint}</span><span className="grow" /><span className="dim">{took ? text('process.turn') : skipped ? text('process.skipped') : ''}</span>
            </li>
          )
        })}
      </ol>
    </div>
  )
}

function PlainCard({ anchor, title, note, reached, children }: { readonly anchor: string; readonly title: string; readonly note: string; readonly reached: ReadonlySet<string>; readonly children: ReactNode }): ReactNode {
  return (
    <div className="traffic-card traffic-chain" role="group" aria-label={title}>
      <header className="row"><h4>{title}</h4><span className="grow" /><span className="small dim">{note}</span></header>
      <p className="traffic-rule mono traffic-wrap" data-anchor={anchor} data-state={reached.has(anchor) ? 'now' : 'plain'}>{children}</p>
    </div>
  )
}
