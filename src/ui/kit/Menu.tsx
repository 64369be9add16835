import { DropdownMenu } from 'radix-ui'
import type { ReactElement, ReactNode } from 'react'
import { Check } from './icons'

export interface MenuItem {
  readonly id: string
  readonly label: ReactNode
  /** Quiet words at the right. */
  readonly note?: ReactNode
  readonly hotkey?: string
  readonly checked?: boolean
  readonly disabled?: boolean
  readonly onSelect: () => void
}

/** A menu under its trigger. With any `checked` given the items are radio items. */
export function Menu({ trigger, items, label, align = 'start', width, onOpen }: {
  readonly trigger: ReactElement
  readonly items: readonly (MenuItem | 'line')[]
  readonly label: string
  readonly align?: 'start' | 'center' | 'end'
  readonly width?: number
  /** Called when it opens: the time to ask for what it shows. */
  readonly onOpen?: () => void
}): ReactNode {
  return (
    <DropdownMenu.Root onOpenChange={(isOpen) => { if (isOpen) onOpen?.() }}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" aria-label={label} align={align} sideOffset={6} collisionPadding={8} style={width === undefined ? {} : { minWidth: width }}>
          {items.map((item, index) => item === 'line'
            ? <DropdownMenu.Separator key={`line-${index}`} className="menu-line" />
            : item.checked === undefined
              ? (
                <DropdownMenu.Item key={item.id} className="menu-item" disabled={item.disabled ?? false} onSelect={item.onSelect}>
                  <MenuWords item={item} />
                </DropdownMenu.Item>
              )
              : (
                <DropdownMenu.CheckboxItem key={item.id} className="menu-item" checked={item.checked} disabled={item.disabled ?? false} onSelect={item.onSelect}>
                  <span className="menu-check">{item.checked && <Check size={14} />}</span>
                  <MenuWords item={item} />
                </DropdownMenu.CheckboxItem>
              ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

function MenuWords({ item }: { readonly item: MenuItem }): ReactNode {
  return (
    <>
      <span className="menu-label">{item.label}</span>
      {item.note !== undefined && <span className="menu-note">{item.note}</span>}
      {item.hotkey !== undefined && <kbd>{item.hotkey}</kbd>}
    </>
  )
}
