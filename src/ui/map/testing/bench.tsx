/** A page with the map as it stands in the workbench, for tests and for looking at it: bars and panels are plain boxes of the same size. */
import { useLayoutEffect, useRef, type ReactNode } from 'react'
import { createRoot } from 'react-dom/client'
import { TooltipProvider, setLanguage, type Language } from '../../kit'
import '../../kit/styles.css'
import { Session, SessionProvider, useSession } from '../../store'
import { MapView } from '../MapView'
import { FakeHost } from './frames'

export interface Bench {
  readonly session: Session
  readonly host: FakeHost
  readonly stop: () => void
}

export function mountMap(element: HTMLElement, options: { readonly theme?: 'dark' | 'light'; readonly language?: Language; readonly playheadX?: number } = {}): Bench {
  const host = new FakeHost()
  const session = new Session({ startHost: () => host })
  const theme = options.theme ?? 'dark'
  document.documentElement.dataset['theme'] = theme
  session.ui.setState({ theme, language: options.language ?? 'en' })
  setLanguage(options.language ?? 'en')
  const root = createRoot(element)
  root.render(<SessionProvider session={session}><TooltipProvider><Shell playheadX={options.playheadX ?? 796} /></TooltipProvider></SessionProvider>)
  return { session, host, stop: () => { root.unmount(); session.close() } }
}

function Shell({ playheadX }: { readonly playheadX: number }): ReactNode {
  const session = useSession()
  const caption = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const publish = (): void => {
      const box = caption.current?.getBoundingClientRect()
      if (box) session.ui.setState({ threadAnchor: { playheadX, caption: { left: box.left, top: box.top, right: box.right, bottom: box.bottom } } })
    }
    publish()
    addEventListener('resize', publish)
    return () => { removeEventListener('resize', publish) }
  }, [session, playheadX])
  const chrome = { position: 'absolute' as const, background: 'var(--chrome)' }
  return (
    <div style={{ position: 'fixed', inset: 0, background: 'var(--water)' }}>
      <div style={{ ...chrome, left: 0, top: 0, right: 0, height: 48, borderBottom: '1px solid var(--line-1)' }} />
      <div style={{ ...chrome, left: 0, top: 48, bottom: 0, width: 60, borderRight: '1px solid var(--line-1)' }} />
      <div style={{ position: 'absolute', left: 60, top: 48, right: 432, bottom: 224 }}><MapView /></div>
      <div style={{ ...chrome, right: 0, top: 48, width: 432, bottom: 224, borderLeft: '1px solid var(--line-1)' }} />
      <div ref={caption} style={{ ...chrome, left: 60, right: 0, bottom: 178, height: 46, borderTop: '1px solid var(--line-1)', borderBottom: '1px solid var(--line-1)', zIndex: 58 }} />
      <div style={{ ...chrome, left: 60, right: 0, bottom: 0, height: 178 }} />
    </div>
  )
}
