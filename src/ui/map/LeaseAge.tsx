import type { ReactNode } from 'react'
import { Chip, useText } from '../kit'
import { useView } from '../store'

/** How long ago the kubelet renewed its Lease, in whole seconds, so that it renders once a second and not once a frame. */
export function LeaseAge({ name, chip = false }: { readonly name: string; readonly chip?: boolean }): ReactNode {
  const text = useText('map')
  const seconds = useView((view) => {
    const at = view.details.get(name)?.leaseRenewedAt
    return at === undefined ? undefined : Math.max(0, Math.floor((view.now - at) / 1000))
  })
  const age = seconds === undefined ? undefined : seconds < 120 ? `${seconds} s` : seconds < 7200 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3600)} h`
  if (chip) return age === undefined ? null : <Chip>{age}</Chip>
  // 40 s without a renewal is where the node controller gives a node up.
  const fresh = seconds !== undefined && seconds < 40
  return (
    <>
      <span className={fresh ? 'dot' : 'dot-hollow dot-small'} style={{ width: 6, height: 6 }} />{text('card.kubelet')} <span className="dim-2">{age === undefined ? text('card.noLease') : text('card.ago', { age })}</span>
    </>
  )
}
