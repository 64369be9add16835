import type { ReactNode } from 'react'
import type { TrafficClient, TrafficRecord, TrafficWalk } from '../../api'
import type { TrafficView } from '../../protocol'
import { useText } from '../kit'
import { PodName } from './PodName'

/** The client's side of the way: who asks, what the name leads to, what leaves, what conntrack knows, what arrives. */
export function ClientColumn({ client, clientNode, target, walk, traffic, reached }: {
  readonly client: TrafficClient | undefined
  readonly clientNode: string | undefined
  readonly target: string
  readonly walk: TrafficWalk | undefined
  readonly traffic: TrafficView
  /** The picture shows the packet at its end. */
  readonly reached: boolean
}): ReactNode {
  const text = useText('traffic')
  const record = walk?.record
  const shown: TrafficClient | undefined = record === undefined ? client : record.clientNode === undefined && !record.client.includes('/') ? { outside: record.client } : record.client.includes('/') ? { pod: record.client } : { node: record.client }
  const node = record === undefined ? clientNode : record.clientNode
  return (
    <section className="traffic-client" aria-label={text('sources')}>
      <div className="traffic-card" data-anchor="client">
        <p className="row">{shown !== undefined && ('pod' in shown ? <PodName pod={shown.pod} /> : <span className="mono small mid">{'node' in shown ? shown.node : shown.outside}</span>)}</p>
        <p className="small dim">{shown === undefined ? '' : 'pod' in shown ? text('from.pod', { node: node ?? '' }) : text('node' in shown ? 'from.node' : 'from.outside')}</p>
        <p className="mono small traffic-ask">curl {record?.to ?? target}</p>
        <p className={`small mono ${record === undefined ? 'dim' : 'now-text strong'}`}>{record === undefined ? text('noRequest') : text('request', { id: record.id })}</p>
      </div>
      {walk !== undefined && <Dns walk={walk} />}
      <div className="traffic-card" data-anchor="leaves">
        <h4>{text('leaves')}</h4>
        <p className="mono small dim-2">{text('leaves.to', { address: record?.destination ?? addressOf(traffic, target) })}</p>
      </div>
      <div className="traffic-card">
        <h4>{text('conntrack')}</h4>
        <p className="mono small dim-2">{text(record === undefined ? 'conntrack.none' : record.means === 'conntrack' ? 'conntrack.known' : record.outcome === 'answered' && record.means !== 'direct' ? 'conntrack.made' : 'conntrack.none', { id: record?.follows ?? 0 })}</p>
      </div>
      <p className="small dim traffic-note">{text('conntrack.note')}</p>
      {record !== undefined && <Arrival record={record} reached={reached} />}
    </section>
  )
}

/** Before anything was sent the packet would go to the first address of the Service. */
function addressOf({ service }: TrafficView, target: string): string {
  const port = /:(\d+)$/.exec(target)?.[1] ?? '80'
  return service.clusterIP === undefined || !target.startsWith(service.name) ? target : `${service.clusterIP}:${port}`
}

function Dns({ walk: { dns, record } }: { readonly walk: TrafficWalk }): ReactNode {
  const text = useText('traffic')
  const last = dns.at(-1)
  const missed = dns.filter((query) => query.answer === 'nxdomain').length
  return (
    <div className="traffic-card traffic-dns" data-anchor="dns">
      <h4>{text('dns')}</h4>
      {last === undefined
        ? <p className="small dim-2">{text('dns.address')}</p>
        : (
          <ul className="mono micro">
            {dns.map((query) => <li key={query.name} className={query.answer === 'nxdomain' ? 'dim' : ''} title={query.name}><span aria-hidden="true">{query.answer === 'nxdomain' ? '✕' : '✓'}</span> <span className="cut">{query.name}</span></li>)}
          </ul>
        )}
      {last !== undefined && record.outcome === 'name-unknown' && <p className="small no-text">{text('dns.unknown')}</p>}
      {last?.answer === 'cname' && <p className="small">{text('dns.away', { name: last.records[0] ?? '' })}</p>}
      {missed > 0 && last?.answer === 'addresses' && <p className="small dim">{text('dns.tried', { count: missed })}</p>}
    </div>
  )
}

function Arrival({ record, reached }: { readonly record: TrafficRecord; readonly reached: boolean }): ReactNode {
  const text = useText('traffic')
  const arrives = record.outcome === 'answered'
  return (
    <div className="traffic-card traffic-arrival" data-state={arrives ? (reached ? 'now' : 'later') : 'no'}>
      <h4>{text(arrives ? 'arrives' : 'arrives.not')}</h4>
      {record.endpoint !== undefined && <p className={`mono small ${arrives ? 'now-text' : 'dim-2'}`}>→ {record.endpoint}</p>}
      {arrives
        ? <p className="small dim">{record.masqueraded ? text('arrives.masked', { node: record.nodes.at(-1) ?? '' }) : text('arrives.clear')}</p>
        : <p className="small no-text">✕ {text(`why.${record.outcome}`)}</p>}
    </div>
  )
}
