import type { ReactNode } from 'react'
import type { Fact } from '../../api'
import { bytes, decimal, hasText, useText, whole } from '../kit'
import './fact-words'

/** What a fact is said with: its id, and the variant its values choose. */
export function sentenceKey({ id, values }: Fact): string {
  const either = (value: unknown): string => `${id}:${value === true ? 'yes' : 'no'}`
  switch (id) {
    case 'node.unschedulable': return either(values['tolerated'])
    case 'ports.conflict': return values['pod'] === undefined ? id : `${id}:pod`
    case 'volume.zoneMismatch': return values['value'] === '' ? `${id}:none` : id
    case 'podAffinity.terms': return values['firstOfKind'] === true ? `${id}:first` : id
    case 'podAffinity.required': case 'podAffinity.anti': case 'podAffinity.existingAnti': case 'podAffinity.weight': return values['present'] === false ? 'podAffinity:absent' : id
    case 'condition': return `${id}:${values['status'] === '' ? 'silent' : values['concerns'] === false ? 'unconcerned' : (values['type'] === 'Ready') === (values['status'] === 'True') ? 'fine' : 'bad'}`
    case 'label.presence': return either(values['present'])
    case 'classic.predicate': return either(values['fits'])
    case 'avoidPods': return either(values['avoided'])
    case 'selectorSpread': return values['zone'] === undefined || values['zone'] === '' ? id : `${id}:zone`
    default: return id
  }
}

/** Amounts of volumes are bytes; ports are names rather than amounts. */
function said(id: string, name: string, value: unknown): string {
  if (typeof value !== 'number') return String(value)
  if (id.startsWith('volume.') && (name === 'requested' || name === 'capacity') && !id.startsWith('volume.limit')) return bytes(value)
  return name === 'port' ? String(value) : Number.isInteger(value) ? whole(value) : decimal(value, 3)
}

/** Facts as sentences; one without a sentence as its name and values. */
export function FactLines({ facts }: { readonly facts: readonly Fact[] }): ReactNode {
  const text = useText('decisionFacts')
  const own = useText('decision')
  if (facts.length === 0) return <p className="small dim">{own('noFormula')}</p>
  return (
    <ul className="fact-lines small">
      {facts.map((fact, index) => {
        const values = Object.fromEntries(Object.entries(fact.values).map(([name, value]) => [name, said(fact.id, name, value)]))
        const key = sentenceKey(fact)
        return <li key={index}>{hasText('decisionFacts', key) ? text(key, values) : <span className="mono"><span className="dim">{fact.id}</span> {Object.entries(values).map(([name, value]) => `${name} ${value}`).join(' · ')}</span>}</li>
      })}
    </ul>
  )
}
