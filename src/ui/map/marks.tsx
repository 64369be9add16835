import type { ReactNode } from 'react'
import { glyphOf, type Glyph } from './scene/paint'

/** The shape before a node's name. Every state has one besides its colour. */
export type StateMark = 'ready' | 'notReady' | 'pressure' | 'passes' | 'rejected' | 'none'

export function NodeMark({ mark, title }: { readonly mark: StateMark; readonly title: string }): ReactNode {
  switch (mark) {
    case 'ready': return <span className="dot" title={title} />
    case 'notReady': return <span className="dot-hollow" title={title} />
    case 'pressure': return <svg className="mark-no" width="12" height="12" viewBox="0 0 12 12" aria-hidden="true"><path d="M6 1l5.500 10h-11z" fill="none" stroke="currentColor" strokeWidth="1.8" /></svg>
    case 'passes': return <Tick />
    case 'rejected': return <Cross />
    case 'none': return null
  }
}

export function Tick({ size = 13 }: { readonly size?: number }): ReactNode {
  return <svg className="mark-tick" width={size} height={size} viewBox="0 0 12 12" aria-hidden="true"><path d="M1.500 6.500l3 3 6-7" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" strokeLinejoin="round" /></svg>
}

export function Cross({ size = 12 }: { readonly size?: number }): ReactNode {
  return <svg className="mark-no" width={size} height={size} viewBox="0 0 12 12" aria-hidden="true"><path d="M2 2l8 8M10 2l-8 8" stroke="currentColor" strokeWidth="2.4" strokeLinecap="round" /></svg>
}

const paths: Readonly<Record<Glyph, { readonly d: string; readonly stroked: boolean }>> = {
  square: { d: 'M1.5 1.5h7v7h-7z', stroked: false },
  triangle: { d: 'M5 .5l5 9H0z', stroked: false },
  circle: { d: 'M5 1a4 4 0 1 0 0 8 4 4 0 0 0 0-8z', stroked: false },
  scale: { d: 'M1 3h8M1 7h8', stroked: true },
  columns: { d: 'M1.5 1v8M5 1v8M8.500 1v8', stroked: true },
  link: { d: 'M5 5a2.200 2.200 0 1 1-.01-.1M9.500 5a2.200 2.200 0 1 1-.01-.1', stroked: true },
  layer: { d: 'M1 6l8-5M1 9.500l8-5', stroked: true },
  cross: { d: 'M1.500 1.500l7 7M8.500 1.500l-7 7', stroked: true },
}

/** A plugin's mark as the tiles wear it. */
export function PluginGlyph({ plugin, look }: { readonly plugin: string; readonly look: string }): ReactNode {
  const { d, stroked } = paths[glyphOf[plugin] ?? 'cross']
  const colour = look === 'other' ? 'var(--no)' : `var(--pl-${look})`
  return <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true"><path d={d} fill={stroked ? 'none' : colour} stroke={stroked ? colour : 'none'} strokeWidth="1.800" /></svg>
}
