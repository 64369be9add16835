import type { ReactNode } from 'react'
import type { RoomNetwork, RoomProxy, RoomView } from '../../protocol'
import { Chip, span, useText, whole } from '../kit'
import { shortPod } from './use-room'

/** More than these are counted: the card is low, and the first one is the node's own. */
const routesShown = 3

/** kube-proxy's tables, counted, and what flannel put into the machine's. */
export function NetworkCard({ room, picked, nowPod }: { readonly room: RoomView; readonly picked: string | undefined; readonly nowPod: string | undefined }): ReactNode {
  const text = useText('room')
  return (
    <section className="room-card room-network" aria-label={`${text('proxy')}, ${text('flannel')}`}>
      {room.proxy !== undefined && <Proxy proxy={room.proxy} />}
      {room.network !== undefined ? <Flannel network={room.network} picked={picked} nowPod={nowPod} /> : <div className="room-part"><h3>{text('flannel')}</h3><p className="small dim">{text('flannel.none', { cidr: '–' })}</p></div>}
    </section>
  )
}

function Proxy({ proxy }: { readonly proxy: RoomProxy }): ReactNode {
  const text = useText('room')
  const parts = ([['SERVICES', proxy.services], ['SVC', proxy.perService], ['SEP', proxy.perEndpoint]] as const).filter(([, count]) => count > 0)
  const sum = parts.reduce((all, [, count]) => all + count, 0)
  return (
    <div className="room-first">
      <header className="room-head"><h3>{text('proxy')}</h3><span className="grow" /><Chip>{proxy.mode}</Chip></header>
      <p className="proxy-figure"><b>{whole(proxy.total)}</b> <span className="small dim">{text('proxy.rules')}, {text('proxy.rev', { revision: proxy.revision })}</span></p>
      {proxy.virtualServers !== undefined && <p className="small dim-2">{text('proxy.servers', { virtual: proxy.virtualServers, real: proxy.realServers ?? 0 })}</p>}
      {sum > 0 && (
        <>
          <div className="proxy-bar" aria-hidden="true">{parts.map(([name, count], index) => <span key={name} data-part={index} style={{ flexGrow: count }} />)}</div>
          <p className="row micro dim mono proxy-parts">{parts.map(([name, count]) => <span key={name}>{`${name} ${count}`}</span>)}</p>
        </>
      )}
    </div>
  )
}

function Flannel({ network, picked, nowPod }: { readonly network: RoomNetwork; readonly picked: string | undefined; readonly nowPod: string | undefined }): ReactNode {
  const text = useText('room')
  const { addresses } = network
  const cells = Math.min(256, Math.max(32, Math.ceil(((addresses.used.at(-1)?.offset ?? 0) + 1) / 32) * 32))
  const own = addresses.used.find(({ pod }) => pod === picked)
  const shown = network.routes.slice(0, routesShown)
  return (
    <div className="room-part">
      <header className="room-head"><h3>{text('flannel')}</h3><span className="grow" /><span className="mono micro dim">{text('flannel.mtu', { backend: network.backend.toUpperCase(), mtu: network.mtu })}</span></header>
      <ul className="routes mono">
        {shown.map((route) => <li key={route.to} title={route.node}><span>{route.to}</span><span className="grow" /><span className="dim-2">{route.via === undefined ? route.dev : network.backend === 'vxlan' ? `${route.dev}→${route.node ?? route.via}` : `via ${route.via}`}</span></li>)}
      </ul>
      <svg className="address-strip" viewBox={`0 0 ${cells} 8`} preserveAspectRatio="none" aria-hidden="true">
        {Array.from({ length: cells }, (_, offset) => {
          const holder = addresses.used.find((one) => one.offset === offset)
          return <rect key={offset} x={offset + 0.12} y={0} width={0.76} height={8} data-used={holder !== undefined || undefined} data-picked={(holder !== undefined && holder.pod === picked) || undefined} data-now={(holder !== undefined && holder.pod === nowPod) || undefined} />
        })}
      </svg>
      <p className="row small dim"><span>{text('flannel.used', { used: addresses.used.length, size: addresses.size })}</span><span className="grow" />{own !== undefined && <span className="cut">{text('flannel.is', { last: own.ip.slice(own.ip.lastIndexOf('.') + 1), pod: shortPod(own.pod) })}</span>}</p>
      <p className="row micro dim mono flannel-lease" title={network.key}><span className="cut">{network.routeCount > shown.length ? text('flannel.more', { count: network.routeCount - shown.length }) : network.key.slice(network.key.lastIndexOf('/') + 1)}</span><span className="grow" /><span className={network.secondsLeft < 0 || !network.running ? 'no-text' : ''}>{network.secondsLeft < 0 ? text('flannel.over') : network.running ? text('flannel.lease', { time: span(network.secondsLeft * 1000) }) : text('flannel.stopped', { revision: network.revision })}</span></p>
    </div>
  )
}
