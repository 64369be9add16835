import type { ReactNode } from 'react'

// One list, so that the same thing has the same picture everywhere.
export {
  ArrowRight, Boxes, Check, ChevronDown, ChevronLeft, ChevronRight, ChevronUp, CircleAlert, ClipboardPaste, Copy, Database, Download, Ellipsis, FileCode2, Filter,
  History, Keyboard, Layers, LocateFixed, Lock, Map as MapIcon, Monitor, Moon, Pencil, Pin, PinOff, Plus, RefreshCw, RotateCcw, Search, Share, SlidersHorizontal, Sun, Table2,
  Terminal, TriangleAlert, Unplug, Upload, Waypoints, X,
} from 'lucide-react'
export type { LucideIcon } from 'lucide-react'

/** The sign of the house: a block at its berth, and the one that comes in. */
export function BerthMark({ size = 26, title }: { readonly size?: number; readonly title?: string }): ReactNode {
  return (
    <svg width={size} height={size} viewBox="0 0 26 26" {...(title ? { role: 'img', 'aria-label': title } : { 'aria-hidden': true })}>
      <path d="M3 4v18M23 4v18" stroke="var(--ink-2)" strokeWidth="2.5" strokeLinecap="round" />
      <rect x="7" y="13.5" width="12" height="8" rx="1.5" fill="var(--ink-1)" />
      <rect x="7" y="5" width="7" height="6" rx="1.5" fill="none" stroke="var(--now-edge)" strokeWidth="2" />
    </svg>
  )
}

const filled = (path: string) => function Glyph({ size = 16 }: { readonly size?: number }): ReactNode {
  return <svg width={size} height={size} viewBox="0 0 16 16" fill="currentColor" aria-hidden="true"><path d={path} /></svg>
}

export const PlayGlyph = filled('M4 2.5v11l9-5.5z')
export const PauseGlyph = filled('M4 2.5h3v11H4zM9 2.5h3v11H9z')
export const StepGlyph = filled('M11 3h2v10h-2zM2 3v10l8-5z')
export const StepBackGlyph = filled('M3 3h2v10H3zM14 3v10L6 8z')

/** The mark of a rejection; never without its word or its hatch. */
export function CrossMark({ size = 12 }: { readonly size?: number }): ReactNode {
  return <svg className="cross-mark" width={size} height={size} viewBox="0 0 12 12" aria-hidden="true"><path d="M2 2l8 8M10 2l-8 8" stroke="currentColor" strokeWidth="2.4" strokeLinecap="round" fill="none" /></svg>
}

/** The mark of a pass. */
export function TickMark({ size = 14 }: { readonly size?: number }): ReactNode {
  return <svg width={size} height={size} viewBox="0 0 14 14" aria-hidden="true"><path d="M2 7.5l3.5 3.5L12 3.5" stroke="currentColor" strokeWidth="2.2" strokeLinecap="round" strokeLinejoin="round" fill="none" /></svg>
}
