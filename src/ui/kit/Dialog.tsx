import { Dialog as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import { X } from './icons'

/** Focus goes to the sheet, not to its first button: Enter must not close what has just opened. */
function focusItself(event: Event): void {
  event.preventDefault()
  if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus()
}

/** A modal sheet with a title, an Esc and a close button. `closeName` is the accessible name of the latter. */
export function Dialog({ open, onClose, title, note, closeName, width = 640, className = '', children }: {
  readonly open: boolean
  readonly onClose: () => void
  readonly title: ReactNode
  readonly note?: ReactNode
  readonly closeName: string
  readonly width?: number
  readonly className?: string
  readonly children: ReactNode
}): ReactNode {
  return (
    <Radix.Root open={open} onOpenChange={(next) => { if (!next) onClose() }}>
      <Radix.Portal>
        <Radix.Overlay className="veil" />
        <Radix.Content className={`dialog ${className}`} style={{ width }} onOpenAutoFocus={focusItself} {...(note === undefined ? { 'aria-describedby': undefined } : {})}>
          <header className="dialog-head">
            <Radix.Title className="dialog-title">{title}</Radix.Title>
            {note !== undefined && <Radix.Description className="dialog-note">{note}</Radix.Description>}
            <Radix.Close className="icon-btn" aria-label={closeName}><X size={16} /></Radix.Close>
          </header>
          <div className="dialog-body">{children}</div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
