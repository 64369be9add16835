import { useMemo, useState, type ReactNode } from 'react'
import type { Explanation } from '../../api'
import { rich, sayRefusal, useText } from '../kit'
import { readFitError } from './analysis'

const chipsMax = 6

/** The scheduler's message, clause by clause, each with the nodes behind it; the exact text can be copied. */
export function FitErrorReader({ explanation, onNode }: { readonly explanation: Explanation; readonly onNode: (node: string) => void }): ReactNode {
  const text = useText('decision')
  const message = explanation.fitError ?? explanation.cycle.message ?? ''
  const { head, clauses, preemption } = useMemo(() => readFitError(message, explanation), [message, explanation])
  const near = useMemo(() => nearest(explanation), [explanation])
  const [copied, setCopied] = useState(false)
  if (message === '') return null
  return (
    <div className="sec fit-error">
      <p className="lead">{near ? rich(text('nearest', { node: near.node, why: sayRefusal(near) })) : text('unschedulable')}</p>
      <p className="mono fit-head">{head}</p>
      <ol className="clauses">
        {clauses.map((clause) => (
          <li key={clause.reason}>
            <b>{clause.count}</b><span className="clause-reason">{clause.reason}</span>
            <span className="clause-nodes">
              {clause.nodes.slice(0, chipsMax).map((node) => <button key={node} type="button" className="chip chip-button" onClick={() => { onNode(node) }}>{node}</button>)}
              {clause.nodes.length > chipsMax && <span className="chip">+{clause.nodes.length - chipsMax}</span>}
            </span>
          </li>
        ))}
      </ol>
      <p className="small dim">
        {preemption}{preemption === '' ? '' : ' '}
        <button type="button" className="link small" onClick={() => { navigator.clipboard.writeText(message).then(() => { setCopied(true) }, () => undefined) }}>{text(copied ? 'copied' : 'copy')}</button>
      </p>
    </div>
  )
}

/** The node that fails by one plugin only, and of those the one that lacks the smallest part of what is asked. */
function nearest(explanation: Explanation): Explanation['filters'][number]['verdicts'][number] | undefined {
  const failing = new Map<string, number>()
  for (const filter of explanation.filters) for (const verdict of filter.verdicts) if (verdict.code !== 'Success') failing.set(verdict.node, (failing.get(verdict.node) ?? 0) + 1)
  let best: { readonly verdict: Explanation['filters'][number]['verdicts'][number]; readonly part: number } | undefined
  for (const filter of explanation.filters) {
    for (const verdict of filter.verdicts) {
      if (!verdict.reported || verdict.code === 'Success' || failing.get(verdict.node) !== 1) continue
      const lacking = verdict.facts.filter((fact) => fact.id === 'fit.insufficient')
      if (lacking.length !== 1) continue
      const values = lacking[0]?.values
      const part = (Number(values?.['requested']) - Number(values?.['free'])) / Number(values?.['requested'])
      if (Number.isFinite(part) && (best === undefined || part < best.part)) best = { verdict, part }
    }
  }
  return best?.verdict
}
