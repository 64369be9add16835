import { useState, type ReactNode } from 'react'
import { Button, CrossMark, plain, TickMark, TriangleAlert, useText, X } from '../kit'
import { shortValue } from './changes'
import type { Conflict } from './check'
import type { Result } from './trial'

/** So many changes of an object are told; the others are counted until they are asked for. */
const changesMax = 4

/** What became of each object, or would (`trial`), field by field; and whom an apply would take fields from. */
export function Results({ results, conflicts, trial, onForce, onClose }: {
  readonly results: readonly Result[]
  readonly conflicts: readonly Conflict[]
  /** Nothing was stored: it is the server's answer to a question. */
  readonly trial: boolean
  readonly onForce: () => void
  readonly onClose: () => void
}): ReactNode {
  const text = useText('editor')
  return (
    <section className="editor-results" aria-label={text(trial ? 'result.would' : 'result')}>
      <header className="row">
        <h3 className="small grow">{text(trial ? 'result.would' : 'result')}</h3>
        <button type="button" className="icon-btn" aria-label={text('close')} onClick={onClose}><X size={14} /></button>
      </header>
      {conflicts.length > 0 && (
        <div className="editor-conflicts">
          <p className="small"><TriangleAlert size={14} /><span>{text('conflict.words', { count: conflicts.length })}</span></p>
          <ul>{conflicts.map(({ index, field, manager }) => <li key={`${index} ${field} ${manager}`} className="mono small">{results[index]?.what} <b>{field}</b> <span className="dim">{text('conflict.by')}</span> {manager}</li>)}</ul>
          <Button size="small" onClick={onForce}>{text('conflict.force')}</Button>
        </div>
      )}
      <ul>{results.map((result, index) => <ResultRow key={index} result={result} trial={trial} />)}</ul>
    </section>
  )
}

function ResultRow({ result, trial }: { readonly result: Result; readonly trial: boolean }): ReactNode {
  const text = useText('editor')
  const [all, setAll] = useState(false)
  const refused = result.outcome === 'refused'
  const { changes } = result
  const shown = all ? changes : changes.slice(0, changesMax)
  return (
    <li className="mono small">
      <p className="row editor-result">
        {refused ? <span className="no-text"><CrossMark size={10} /></span> : <span className="ok-text"><TickMark size={12} /></span>}
        <span className="editor-what">{result.what} <b className={refused ? 'no-text' : ''}>{text(`${trial ? 'would' : 'outcome'}.${result.outcome}`)}</b></span>
        {changes.length > 0 && <span className="dim">{text('changed', { count: changes.length })}</span>}
      </p>
      {refused && <p className="editor-refusal">{plain(result.status?.message ?? '')}</p>}
      {shown.length > 0 && (
        <ul className="editor-changes">
          {shown.map(({ path, from, to }) => (
            <li key={path}><span className="editor-path">{path}</span> <del>{shortValue(from)}</del> <span aria-hidden="true" className="dim">→</span> <ins>{shortValue(to)}</ins></li>
          ))}
        </ul>
      )}
      {changes.length > changesMax && <button type="button" className="link small editor-all" aria-expanded={all} onClick={() => { setAll(!all) }}>{all ? text('changes.few') : text('changes.all', { count: changes.length - changesMax })}</button>}
    </li>
  )
}
