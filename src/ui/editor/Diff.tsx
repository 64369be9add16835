import 'monaco-editor/features/diffEditor/register'
import { useCallback, useEffect, useMemo, useState, type ReactNode } from 'react'
import type { ManifestDocument } from '../../manifest'
import { Segmented, useText } from '../kit'
import { useSession, useUi } from '../store'
import { storedText, writtenText } from './check'
import { defineThemes, editor } from './monaco'
import type { Result } from './trial'

type Side = 'stored' | 'written'

/** What the server stores of each object, beside what an apply would make of it, or beside the text as it is written. */
export default function Diff({ text: file, documents, results }: { readonly text: string; readonly documents: readonly ManifestDocument[]; readonly results: readonly Result[] }): ReactNode {
  const text = useText('editor')
  const session = useSession()
  const theme = useUi((ui) => ui.theme)
  const [picked, setPicked] = useState(0)
  const [side, setSide] = useState<Side>('stored')
  const [whole, setWhole] = useState(false)
  const [code, setCode] = useState<editor.IStandaloneDiffEditor>()
  const [lines, setLines] = useState<number>()
  const at = Math.min(picked, documents.length - 1)
  const document = documents[at]
  const result = results[at]
  // A text that the server refuses has no other side than itself.
  const refused = result?.outcome === 'refused'
  const shownSide: Side = refused ? 'written' : side
  const [left, right] = useMemo(() => [
    result?.live ? storedText(result.live, whole) : '',
    shownSide === 'stored' && result?.object ? storedText(result.object, whole) : document ? writtenText(file, document) : '',
  ], [result, document, file, shownSide, whole])

  const holder = useCallback((element: HTMLDivElement) => {
    const made = editor.createDiffEditor(element, {
      theme: defineThemes(session.ui.getState().theme), readOnly: true, originalEditable: false, automaticLayout: true, renderOverviewRuler: false, minimap: { enabled: false }, scrollBeyondLastLine: false, renderGutterMenu: false,
      fontFamily: getComputedStyle(element).getPropertyValue('--font-mono'), fontSize: 13, lineHeight: 20, lineNumbersMinChars: 4, glyphMargin: false, folding: false, stickyScroll: { enabled: false }, renderLineHighlight: 'none', occurrencesHighlight: 'off',
      hideUnchangedRegions: { enabled: true, contextLineCount: 3, minimumLineCount: 4 }, padding: { top: 8, bottom: 8 }, ignoreTrimWhitespace: false, bracketPairColorization: { enabled: false }, unicodeHighlight: { ambiguousCharacters: false },
    })
    setCode(made)
    return () => {
      const model = made.getModel()
      made.dispose()
      model?.original.dispose()
      model?.modified.dispose()
      setCode(undefined)
    }
  }, [session])
  useEffect(() => { if (code) editor.setTheme(defineThemes(theme)) }, [code, theme])
  useEffect(() => {
    if (!code) return
    const before = code.getModel()
    code.setModel({ original: editor.createModel(left, 'yaml'), modified: editor.createModel(right, 'yaml') })
    before?.original.dispose()
    before?.modified.dispose()
    const count = (): void => { setLines(code.getLineChanges()?.reduce((sum, change) => sum + Math.max(change.originalEndLineNumber === 0 ? 0 : change.originalEndLineNumber - change.originalStartLineNumber + 1, change.modifiedEndLineNumber === 0 ? 0 : change.modifiedEndLineNumber - change.modifiedStartLineNumber + 1), 0)) }
    const listening = code.onDidUpdateDiff(count)
    return () => { listening.dispose() }
  }, [code, left, right])
  useEffect(() => {
    code?.getOriginalEditor().updateOptions({ ariaLabel: text('diff.left') })
    code?.getModifiedEditor().updateOptions({ ariaLabel: text(shownSide === 'stored' ? 'diff.would' : 'diff.written') })
  }, [code, text, shownSide])

  return (
    <div className="editor-diff" data-new={result?.live === undefined || undefined}>
      <div className="editor-diff-bar">
        {documents.length > 1 && (
          <select className="editor-diff-of mono small" aria-label={text('diff.of')} value={at} onChange={(event) => { setPicked(Number(event.target.value)) }}>
            {results.map(({ what, outcome }, index) => <option key={index} value={index}>{what} {text(`would.${outcome}`)}</option>)}
          </select>
        )}
        <Segmented<Side>
          label={text('diff.side')} className="config-show" value={shownSide} onChange={setSide}
          segments={[{ value: 'stored', label: text('diff.would') }, { value: 'written', label: text('diff.written') }]}
        />
        <label className="row small editor-diff-whole"><input type="checkbox" checked={whole} onChange={(event) => { setWhole(event.target.checked) }} />{text('diff.whole')}</label>
        <span className="grow" />
        <p className="small dim" role="note">{refused ? text('diff.refused') : result?.live === undefined ? text('diff.new') : left === right ? text('diff.same') : lines === undefined ? '' : text('diff.lines', { count: lines })}</p>
      </div>
      <div className="editor-diff-heads small dim"><span>{text('diff.left')}</span><span>{text(shownSide === 'stored' ? 'diff.would' : 'diff.written')}</span></div>
      <div className="editor-diff-code" ref={holder} />
    </div>
  )
}
