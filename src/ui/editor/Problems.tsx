import { useEffect, useMemo, type ReactNode } from 'react'
import { createPortal } from 'react-dom'
import { Button, CrossMark, modKey, plain, TriangleAlert, useText } from '../kit'
import type { Problem } from './check'
import { mend } from './mend'
import { Range, type editor } from './monaco'

/** So many problems open under their lines; the others are marked and counted. */
const cardsMax = 5

/** Each problem opens under its line: the server's words, and a fix where there is one. */
export function Problems({ code, problems, onForce }: {
  readonly code: editor.IStandaloneCodeEditor
  readonly problems: readonly Problem[]
  /** Takes the fields over that other managers hold. */
  readonly onForce?: () => void
}): ReactNode {
  const text = useText('editor')
  const shown = useMemo(() => problems.slice(0, cardsMax), [problems])
  const hosts = useMemo(() => shown.map(() => ({ frame: document.createElement('div'), inner: document.createElement('div') })), [shown])
  useEffect(() => {
    const decorations = code.createDecorationsCollection(problems.flatMap((problem) => [
      { range: new Range(problem.line, 1, problem.line, 1), options: { isWholeLine: true, className: problem.conflict === undefined ? 'editor-line-bad' : 'editor-line-held', lineNumberClassName: 'editor-number-bad' } },
      { range: new Range(problem.line, problem.column, problem.endLine, problem.endColumn), options: { inlineClassName: 'editor-squiggle' } },
    ]))
    return () => { decorations.clear() }
  }, [code, problems])
  useEffect(() => {
    const zones: { readonly id: string; readonly watch: ResizeObserver }[] = []
    code.changeViewZones((accessor) => {
      hosts.forEach(({ frame, inner }, index) => {
        frame.className = 'editor-zone'
        frame.append(inner)
        const zone: editor.IViewZone = { afterLineNumber: shown[index]?.endLine ?? 1, heightInPx: 96, domNode: frame, suppressMouseDown: false }
        const id = accessor.addZone(zone)
        // The zone is as high as what it says.
        const watch = new ResizeObserver(() => {
          const height = inner.offsetHeight + 8
          if (height === zone.heightInPx || inner.offsetHeight === 0) return
          zone.heightInPx = height
          code.changeViewZones((change) => { change.layoutZone(id) })
        })
        watch.observe(inner)
        zones.push({ id, watch })
      })
    })
    return () => {
      for (const { watch } of zones) watch.disconnect()
      code.changeViewZones((accessor) => { for (const { id } of zones) accessor.removeZone(id) })
    }
  }, [code, shown, hosts])
  return (
    <>
      {hosts.map(({ inner }, index) => {
        const problem = shown[index]
        if (!problem) return null
        return createPortal(
          <div
            className="editor-problem" role="note" data-conflict={problem.conflict === undefined ? undefined : ''}
            onClick={(event) => {
              if ((event.target as Element).closest('button') || getSelection()?.isCollapsed === false) return
              code.setPosition({ lineNumber: problem.line, column: problem.column })
              code.focus()
            }}
          >
            <p className="row editor-problem-words"><span className="no-text">{problem.conflict === undefined ? <CrossMark /> : <TriangleAlert size={15} />}</span><span>{problem.head !== '' && <b className="no-text">{problem.head} </b>}<span className="mono">{plain(problem.message)}</span></span></p>
            {problem.field !== undefined && problem.field !== '' && <p className="mono micro dim editor-field">{problem.field}</p>}
            {problem.conflict !== undefined && onForce && <div className="row editor-fixes"><Button size="small" onClick={onForce}>{text('conflict.force')}</Button></div>}
            {problem.fixes.length > 0 && (
              <div className="row editor-fixes">
                {problem.fixes.slice(0, 4).map((value, nth) => (
                  <Button key={value} size="small" look={nth === 0 ? 'primary' : 'plain'} {...(nth === 0 ? { hotkey: `${modKey}.` } : {})} onClick={() => { mend(code, problem, value) }}>{nth === 0 ? text('change', { value }) : value}</Button>
                ))}
              </div>
            )}
          </div>, inner, `${index} ${problem.line}`,
        )
      })}
    </>
  )
}
