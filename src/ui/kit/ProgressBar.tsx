import type { ReactNode } from 'react'

/** A thin bar with how far it is, or, without `part`, a quiet line that says that something is awaited. */
export function ProgressBar({ part, label }: { readonly part?: number; readonly label: string }): ReactNode {
  const now = part === undefined ? undefined : Math.round(Math.max(0, Math.min(1, part)) * 100)
  return (
    <div className="progress" role="progressbar" aria-label={label} {...(now === undefined ? {} : { 'aria-valuenow': now, 'aria-valuemin': 0, 'aria-valuemax': 100 })}>
      <div className="progress-fill" style={{ width: `${now ?? 100}%` }} />
    </div>
  )
}
