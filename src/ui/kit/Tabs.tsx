import { Tabs as Radix } from 'radix-ui'
import type { ReactNode } from 'react'

export interface Tab<Value extends string> {
  readonly value: Value
  readonly label: ReactNode
  /** A quiet count behind the label. */
  readonly count?: number
  readonly panel: ReactNode
}

/** Tabs over panels; only the open panel is mounted. `end` stands at the right of the row. */
export function Tabs<Value extends string>({ label, value, tabs, onChange, end, className = '' }: {
  readonly label: string
  readonly value: Value
  readonly tabs: readonly Tab<Value>[]
  readonly onChange: (value: Value) => void
  readonly end?: ReactNode
  readonly className?: string
}): ReactNode {
  return (
    <Radix.Root className={`tabs ${className}`} value={value} onValueChange={(next) => { onChange(next as Value) }} activationMode="automatic">
      <div className="tabs-row">
        <Radix.List className="tabs-list" aria-label={label}>
          {tabs.map((tab) => (
            <Radix.Trigger key={tab.value} value={tab.value} className="tab">
              {tab.label}
              {tab.count !== undefined && tab.count > 0 && <span className="tab-count">{tab.count}</span>}
            </Radix.Trigger>
          ))}
        </Radix.List>
        {end}
      </div>
      {tabs.map((tab) => (
        <Radix.Content key={tab.value} value={tab.value} className="tab-panel" tabIndex={-1}>{tab.value === value ? tab.panel : null}</Radix.Content>
      ))}
    </Radix.Root>
  )
}
