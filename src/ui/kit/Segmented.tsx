import { RadioGroup } from 'radix-ui'
import type { ReactNode } from 'react'

export interface Segment<Value extends string> {
  readonly value: Value
  readonly label: ReactNode
  /** When the label alone is no name ("中"). */
  readonly name?: string
}

/** A few exclusive choices side by side; a radio group to the keyboard and to screen readers. */
export function Segmented<Value extends string>({ label, value, segments, onChange, className = '' }: {
  readonly label: string
  readonly value: Value
  readonly segments: readonly Segment<Value>[]
  readonly onChange: (value: Value) => void
  readonly className?: string
}): ReactNode {
  return (
    <RadioGroup.Root className={`seg ${className}`} aria-label={label} value={value} orientation="horizontal" onValueChange={(next) => { onChange(next as Value) }}>
      {segments.map((segment) => (
        <RadioGroup.Item key={segment.value} value={segment.value} className="seg-item" {...(segment.name === undefined ? {} : { 'aria-label': segment.name })}>
          {segment.label}
        </RadioGroup.Item>
      ))}
    </RadioGroup.Root>
  )
}
