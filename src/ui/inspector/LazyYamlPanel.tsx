import { lazy, Suspense, type ReactNode } from 'react'

// The YAML writer is a third of the first view's budget and wanted by few of its readers at once.
const Panel = lazy(() => import('./YamlPanel').then((room) => ({ default: room.YamlPanel })))

/** The live YAML of what is selected; loaded when the tab is first opened. */
export function YamlPanel(props: { readonly onEdit: () => void }): ReactNode {
  return <Suspense fallback={null}><Panel {...props} /></Suspense>
}
