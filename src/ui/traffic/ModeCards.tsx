import type { ReactNode } from 'react'
import type { ProxyModeName, TrafficWalk } from '../../api'
import { Check, useText } from '../kit'

export const proxyModeNames: readonly ProxyModeName[] = ['userspace', 'iptables', 'ipvs']

/** The three modes side by side: how each shares out, and what this very request walks in it. */
export function ModeCards({ mode, scheduler, walk, onPick }: { readonly mode: ProxyModeName; readonly scheduler: string; readonly walk: TrafficWalk | undefined; readonly onPick: (mode: ProxyModeName) => void }): ReactNode {
  const text = useText('traffic')
  return (
    <div className="traffic-modes">
      {proxyModeNames.map((name) => {
        const in_ = walk?.inModes.find((each) => each.mode === name)
        return (
          <button key={name} type="button" className="traffic-card traffic-mode" aria-pressed={mode === name} onClick={() => { if (mode !== name) onPick(name) }}>
            <span className="row mid">{text(`mode.${name}`)}<span className="grow" />{mode === name && <Check size={14} />}</span>
            <span className="small dim">{text(`mode.${name}.how`, { scheduler })}</span>
            <span className="small dim-2" data-walked={in_?.rules}>{in_ === undefined ? text('mode.unknown') : in_.lookups > 0 ? text('mode.lookup', { rules: in_.rules }) : text('mode.walked', { count: in_.rules })}</span>
          </button>
        )
      })}
    </div>
  )
}
