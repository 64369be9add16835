import { useCallback, useEffect, useState } from 'react'
import type { Manifests } from '../../manifest'
import { useSession, useView, type Draft } from '../store'
import { conflictProblems, readText, serverProblems, textProblems, type Problem } from './check'
import { learnCustomKinds } from './custom'
import { tryApply, type Trial } from './trial'

/** The hand rests so long before the server is asked. Real milliseconds. */
const checkAfterMs = 250

/** What is known of a text: wrong as a text, empty, or what the server says to a dry run of it. */
export type Check =
  | { readonly is: 'checking' }
  | { readonly is: 'empty' }
  | { readonly is: 'bad'; readonly problems: readonly Problem[]; readonly manifests: Manifests; readonly trial?: Trial }
  | { readonly is: 'good'; readonly manifests: Manifests; readonly trial: Trial }

export interface Checked {
  readonly of: string
  readonly check: Check
}

/** The verdict on a text that was tried. */
export function verdictOf(manifests: Manifests, trial: Trial): Check {
  const problems = [...serverProblems(manifests.documents, trial.results), ...conflictProblems(manifests.documents, trial.conflicts)]
  return problems.length > 0 ? { is: 'bad', problems, manifests, trial } : { is: 'good', manifests, trial }
}

/**
 * Checks the open text when the hand rests: first as a text, then by the server, which stores nothing; again when the cluster has
 * moved on. What was found of the other texts is kept by their ids while they are open. `learn` puts in a verdict that was come by
 * otherwise.
 */
export function useCheck(draft: Draft | undefined): { readonly known: ReadonlyMap<string, Checked>; readonly learn: (id: string, checked: Checked) => void } {
  const session = useSession()
  const revision = useView((view) => view.lastRevision)
  const [known, setKnown] = useState<ReadonlyMap<string, Checked>>(() => new Map())
  const learn = useCallback((id: string, checked: Checked): void => { setKnown((before) => new Map(before).set(id, checked)) }, [])
  // The id of a closed text is given again, and nothing is known of the next one.
  useEffect(() => session.desk.subscribe(({ drafts }) => {
    setKnown((before) => {
      const open = [...before].filter(([id]) => drafts.some((one) => one.id === id))
      return open.length === before.size ? before : new Map(open)
    })
  }), [session])
  const { id, text, name } = draft ?? {}
  useEffect(() => {
    if (id === undefined || text === undefined || name === undefined) return
    let current = true
    const found = (check: Check): void => { if (current) learn(id, { of: text, check }) }
    const timer = setTimeout(() => {
      const manifests = readText(text, name)
      const problems = textProblems(manifests)
      if (problems.length > 0) found({ is: 'bad', problems, manifests })
      else if (manifests.documents.length === 0) found({ is: 'empty' })
      else {
        void learnCustomKinds(session, manifests.documents.map(({ object }) => object))
        void tryApply(session, manifests.documents).then((trial) => { if (trial) found(verdictOf(manifests, trial)) })
      }
    }, checkAfterMs)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [session, id, text, name, revision, learn])
  return { known, learn }
}
