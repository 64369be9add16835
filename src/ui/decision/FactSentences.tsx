import { lazy, Suspense, type ReactNode } from 'react'
import type { Fact } from '../../api'

// Most facts are drawn; the sentences for the others come when the first is wanted.
const FactLines = lazy(() => import('./FactLines').then((file) => ({ default: file.FactLines })))

/** Facts that have no drawing of their own, each as a sentence. */
export function FactSentences({ facts }: { readonly facts: readonly Fact[] }): ReactNode {
  return <Suspense fallback={null}><FactLines facts={facts} /></Suspense>
}
