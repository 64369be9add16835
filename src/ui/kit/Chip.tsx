import type { ReactNode } from 'react'

export type ChipLook = 'plain' | 'taint' | 'no' | 'now' | 'ok' | 'whatif'

export function Chip({ look = 'plain', large = false, className = '', title, children }: {
  readonly look?: ChipLook
  readonly large?: boolean
  readonly className?: string
  readonly title?: string
  readonly children: ReactNode
}): ReactNode {
  return <span className={`chip chip-${look}${large ? ' chip-large' : ''} ${className}`} title={title}>{children}</span>
}
