import type { ReactNode } from 'react'

/** A Pod as a small plate: the workload's letter in its hue, then the name. `hue` 0 is the system grey. */
export function PodTag({ letter, hue, name, state = 'plain', title }: {
  readonly letter: string
  readonly hue: number
  readonly name: string
  /** `now` rings it in yellow, `waiting` dashes it. */
  readonly state?: 'plain' | 'now' | 'waiting'
  readonly title?: string
}): ReactNode {
  return (
    <span className={`pod-tag pod-tag-${state}`} title={title ?? name}>
      <span className="pod-tag-letter" style={{ background: workloadColor(hue) }} aria-hidden="true">{letter}</span>
      <span className="pod-tag-name">{name}</span>
    </span>
  )
}

/** The workload's hue as a custom property. */
export function workloadColor(hue: number): string {
  return hue >= 1 && hue <= 7 ? `var(--wl-${hue})` : 'var(--wl-sys)'
}
