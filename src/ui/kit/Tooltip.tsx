import { Tooltip as Radix } from 'radix-ui'
import type { ReactElement, ReactNode } from 'react'

/** Once, round the whole app: the delay is shared, so that a second tooltip comes at once. */
export function TooltipProvider({ children }: { readonly children: ReactNode }): ReactNode {
  return <Radix.Provider delayDuration={350} skipDelayDuration={200}>{children}</Radix.Provider>
}

/** Words on hover and focus; never the only place where something is said. The child must take a ref. */
export function Tooltip({ text, hotkey, side = 'bottom', children }: {
  readonly text: ReactNode
  readonly hotkey?: string
  readonly side?: 'top' | 'right' | 'bottom' | 'left'
  readonly children: ReactElement
}): ReactNode {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className="tooltip" side={side} sideOffset={6} collisionPadding={8}>
          {text}{hotkey !== undefined && <kbd>{hotkey}</kbd>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
