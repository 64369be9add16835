import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { createPortal } from 'react-dom'
import { Button, ChevronDown, CrossMark, Menu, plain, TickMark, useText, X } from '../kit'
import { apply, readObject, useSession, useUi, useView, type Session } from '../store'
import { pathOf, resourceOfKind, type ApiObject } from '../../api'
import type { AppliedObject } from '../../protocol'
import { changesOf, shortValue, type Change } from './changes'
import { editable, firstRefusal, readText, serverProblems, textProblems, type Problem } from './check'
import { defineThemes, editor, KeyCode, KeyMod, makeEditor, Range } from './monaco'
import { templates, type TemplateName } from './templates'
import './editor.css'

/** What is being written, kept while another view is open. */
interface Draft { readonly name: string; readonly text: string; readonly dirty: boolean; readonly of: string | undefined }
const drafts = new WeakMap<Session, Draft>()

/** Kept, and readable as a file by its name: `kubectl apply -f web.yaml` in the terminal. */
function keep(session: Session, draft: Draft): void {
  drafts.set(session, draft)
  session.files.set(draft.name, draft.text)
}

/** What became of one object, and what of it is different now. */
type Result = AppliedObject & { readonly changes?: readonly Change[] }

/** The object as it is stored, if it is. */
async function readLive(session: Session, { apiVersion, kind, metadata }: ApiObject): Promise<ApiObject | undefined> {
  const resource = resourceOfKind(apiVersion ?? '', kind ?? '')
  if (!resource || !metadata.name) return undefined
  const answer = await session.call('read', { path: pathOf(resource, resource.namespaced ? metadata.namespace ?? 'default' : undefined, metadata.name) }).catch(() => undefined)
  return answer?.status === 200 ? answer.body as ApiObject : undefined
}

const checkAfterMs = 250
/** So many changes of an object are told; the others are counted. */
const changesMax = 3
/** So many problems open under their lines; the others are marked and counted. */
const cardsMax = 5

type Check =
  | { readonly is: 'checking' }
  | { readonly is: 'empty' }
  | { readonly is: 'bad'; readonly problems: readonly Problem[] }
  | { readonly is: 'good'; readonly applied: readonly AppliedObject[] }

const isMac = /Mac|iP(hone|ad|od)/.test(navigator.userAgent)

export function Editor(): ReactNode {
  const text = useText('editor')
  const session = useSession()
  const theme = useUi((ui) => ui.theme)
  const stage = useUi((ui) => ui.scale === 'stage')
  const selection = useUi((ui) => ui.selection)
  const revision = useView((view) => view.lastRevision)
  const [code, setCode] = useState<editor.IStandaloneCodeEditor>()
  const [draft, setDraft] = useState<Draft | undefined>(() => drafts.get(session))
  const [checked, setChecked] = useState<{ readonly of: string; readonly check: Check }>()
  const [results, setResults] = useState<readonly Result[]>()
  const [applying, setApplying] = useState(false)
  const applyNow = useRef<() => void>(() => undefined)
  const fixFirst = useRef<() => void>(() => undefined)

  const replace = useCallback((next: Draft): void => {
    keep(session, next)
    setDraft(next)
    setResults(undefined)
    code?.setValue(next.text)
  }, [session, code])

  // The first text: what was being written, the live object of the selection, or a template.
  useEffect(() => {
    const kept = drafts.get(session)
    const of = selection && selection.kind !== 'component' ? `${selection.kind} ${selection.name}` : undefined
    if (kept && (kept.dirty || kept.of === of || of === undefined)) return
    let current = true
    void (of !== undefined && selection ? readObject(session, selection) : Promise.resolve(undefined)).then((object) => {
      if (!current) return
      replace(object
        ? { name: `${object.metadata.name ?? 'object'}.yaml`, text: editable(object), dirty: false, of }
        : { name: 'web.yaml', text: templates.deployment, dirty: false, of })
    })
    return () => { current = false }
  }, [session, selection, replace])

  // The editor lives as long as its element.
  const holder = useCallback((element: HTMLDivElement) => {
    const made = makeEditor(element, drafts.get(session)?.text ?? '', session.ui.getState().theme)
    made.addCommand(KeyMod.CtrlCmd | KeyCode.Enter, () => { applyNow.current() })
    made.addCommand(KeyMod.CtrlCmd | KeyCode.Period, () => { fixFirst.current() })
    made.onDidChangeModelContent(() => {
      const before = drafts.get(session)
      const next: Draft = { name: before?.name ?? 'web.yaml', of: before?.of, text: made.getValue(), dirty: before === undefined || made.getValue() !== before.text || before.dirty }
      keep(session, next)
      setDraft(next)
    })
    setCode(made)
    return () => {
      setCode(undefined)
      made.dispose()
    }
  }, [session])
  useEffect(() => { if (code) editor.setTheme(defineThemes(theme)) }, [code, theme])
  useEffect(() => { code?.updateOptions({ fontSize: stage ? 18 : 13.5, lineHeight: stage ? 27 : 20, ariaLabel: `${text('text')}. ${text('left')}` }) }, [code, stage, text])

  // The text is checked when the hand rests: first as a text, then by the server, which stores nothing.
  const written = draft?.text
  const name = draft?.name ?? ''
  useEffect(() => {
    if (written === undefined) return
    let current = true
    const setCheck = (check: Check): void => { setChecked({ of: written, check }) }
    const timer = setTimeout(() => {
      const manifests = readText(written, name)
      const problems = textProblems(manifests)
      if (problems.length > 0) {
        setCheck({ is: 'bad', problems })
        return
      }
      if (manifests.documents.length === 0) {
        setCheck({ is: 'empty' })
        return
      }
      void apply(session, manifests.documents.map((document) => document.object), true).then((applied) => {
        if (!current || !applied) return
        const refused = serverProblems(manifests.documents, applied)
        setCheck(refused.length > 0 ? { is: 'bad', problems: refused } : { is: 'good', applied })
      })
    }, checkAfterMs)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [session, written, name, revision])

  // While a changed text is being checked its old problems stay: they are likelier to be true than none.
  const check: Check = checked && (checked.of === written || checked.check.is === 'bad') ? checked.check : { is: 'checking' }
  const problems = check.is === 'bad' ? check.problems : none
  const fix = useCallback((problem: Problem, value: string): void => {
    code?.executeEdits('fix', [{ range: new Range(problem.line, problem.column, problem.endLine, problem.endColumn), text: value }])
    code?.focus()
  }, [code])

  const onApply = async (): Promise<void> => {
    if (applying || written === undefined) return
    setApplying(true)
    const setCheck = (verdict: Check): void => { setChecked({ of: written, check: verdict }) }
    try {
      const manifests = readText(written, name)
      const wrong = textProblems(manifests)
      if (wrong[0]) {
        setCheck({ is: 'bad', problems: wrong })
        session.ui.setState({ notice: { text: text('wrong', { name, line: wrong[0].line, message: sentence(wrong[0].message) }), tone: 'no' } })
        return
      }
      if (manifests.documents.length === 0) return
      const objects = manifests.documents.map((document) => document.object)
      // All or nothing: if one of them would be refused, none is stored.
      const tried = await apply(session, objects, true)
      const refusal = tried && firstRefusal(tried)
      if (!tried) return
      if (refusal) {
        const refused = serverProblems(manifests.documents, tried)
        setCheck({ is: 'bad', problems: refused })
        setResults(tried.filter((result) => result.outcome === 'refused'))
        session.ui.setState({ notice: { text: text('refused', { name, message: sentence(shortly(refused, refusal.status?.message ?? refusal.status?.reason ?? '', (count) => text('more', { count }))) }), tone: 'no' } })
        return
      }
      const before = await Promise.all(objects.map((object) => readLive(session, object)))
      const applied = await apply(session, objects, false)
      if (!applied) return
      setResults(applied.map((result, index) => ({ ...result, changes: result.outcome === 'configured' && before[index] ? changesOf(before[index], result.object) : [] })))
      const next: Draft = { name, of: drafts.get(session)?.of, text: written, dirty: false }
      keep(session, next)
      setDraft(next)
    } finally {
      setApplying(false)
    }
  }
  useEffect(() => {
    applyNow.current = () => { void onApply() }
    fixFirst.current = () => {
      const first = problems.find((problem) => problem.fixes.length > 0)
      if (first?.fixes[0] !== undefined) fix(first, first.fixes[0])
    }
  })
  useEffect(() => {
    const down = (event: KeyboardEvent): void => {
      if (!(event.metaKey || event.ctrlKey) || event.defaultPrevented) return
      if (event.key === 'Enter') applyNow.current()
      else if (event.key === '.') fixFirst.current()
      else return
      event.preventDefault()
    }
    addEventListener('keydown', down)
    return () => { removeEventListener('keydown', down) }
  }, [])

  const mod = isMac ? '⌘' : 'Ctrl '
  const fromTemplate = (template: TemplateName): void => {
    replace({ name: { deployment: 'web.yaml', pod: 'probe.yaml', service: 'service.yaml', node: 'node-g.yaml' }[template], text: templates[template], dirty: false, of: undefined })
  }
  const live = selection && selection.kind !== 'component' ? selection : undefined
  return (
    <section className="editor" aria-label={text('editor')}>
      <header className="editor-head">
        <span className="editor-tab">{name}{draft?.dirty && <span className="dot editor-dirty" />}</span>
        <Menu
          label={text('from')} trigger={<button type="button" className="btn btn-quiet btn-small">{text('from')}<ChevronDown size={12} /></button>}
          items={[
            ...(live ? [{ id: 'live', label: text('from.live', { name: live.name }), onSelect: () => { void readObject(session, live).then((object) => { if (object) replace({ name: `${object.metadata.name ?? 'object'}.yaml`, text: editable(object), dirty: false, of: `${live.kind} ${live.name}` }) }) } }, 'line' as const] : []),
            ...(Object.keys(templates) as TemplateName[]).map((template) => ({ id: template, label: text(`template.${template}`), onSelect: () => { fromTemplate(template) } })),
          ]}
        />
        <span className="grow" />
        <CheckWords check={check} onGo={() => { const first = problems[0]; if (first) { code?.revealLineInCenter(first.line); code?.setPosition({ lineNumber: first.line, column: first.column }); code?.focus() } }} />
        <Button size="small" look={check.is === 'good' ? 'primary' : 'plain'} disabled={applying || check.is === 'empty'} aria-keyshortcuts="Control+Enter Meta+Enter" hotkey={`${mod}↵`} onClick={() => { void onApply() }}>{text('apply')}</Button>
      </header>
      {draft !== undefined && <div className="editor-code" ref={holder} />}
      {code && <Problems code={code} problems={problems} onFix={fix} mod={mod} />}
      {results && (
        <div className="editor-results" role="group" aria-label={text('result')}>
          <ul>
            {results.map((result, index) => (
              <li key={index} className="mono small">
                {result.outcome === 'refused' ? <span className="no-text"><CrossMark size={10} /></span> : <span className="ok-text"><TickMark size={12} /></span>}
                {result.what} <b className={result.outcome === 'refused' ? 'no-text' : ''}>{text(`outcome.${result.outcome}`)}</b>
                {result.changes && result.changes.length > 0 && (
                  <span className="editor-changes">
                    <span className="dim">{text('changed', { count: result.changes.length })}</span>
                    {result.changes.slice(0, changesMax).map(({ path, from, to }) => <span key={path}> {path} <span className="dim">{shortValue(from)} →</span> {shortValue(to)}</span>)}
                    {result.changes.length > changesMax && ' …'}
                  </span>
                )}
                {result.outcome === 'refused' && <span className="dim cut">{result.status?.message}</span>}
              </li>
            ))}
          </ul>
          <button type="button" className="icon-btn" aria-label={text('close')} onClick={() => { setResults(undefined) }}><X size={14} /></button>
        </div>
      )}
    </section>
  )
}

const none: readonly Problem[] = []

/** The first thing that is wrong, in the server's words but without what its card says in full; and how many more there are. */
function shortly(problems: readonly Problem[], whole: string, more: (count: number) => string): string {
  const [first] = problems
  if (!first?.field) return whole
  const words = `<em>${first.field.slice(first.field.lastIndexOf('.') + 1)}</em>: ${first.head === '' ? '' : `${first.head}: `}${first.message.replace(/: supported values: .*$/s, '')}`
  return problems.length > 1 ? `${words} ${more(problems.length - 1)}` : words
}

/** Server messages end as they like; in the caption a sentence ends with a full stop. */
export function sentence(message: string): string {
  return /[.!?。]$/.test(message) ? message : `${message}.`
}

function CheckWords({ check, onGo }: { readonly check: Check; readonly onGo: () => void }): ReactNode {
  const text = useText('editor')
  switch (check.is) {
    case 'checking': return <span className="small dim">{text('checking')}</span>
    case 'empty': return <span className="small dim">{text('empty')}</span>
    case 'bad': return <button type="button" className="editor-count no-text small" onClick={onGo}><CrossMark size={11} />{text('problems', { count: check.problems.length })}</button>
    case 'good': {
      const [only] = check.applied
      return <span className="row small ok-text editor-good"><TickMark size={12} /><span>{check.applied.length === 1 && only ? `${only.what} ${text(`would.${only.outcome}`)}` : text('good', { count: check.applied.length })}</span></span>
    }
  }
}

/** Each problem opens under its line: the server's words, and a fix where there is one. */
export function Problems({ code, problems, onFix, mod }: { readonly code: editor.IStandaloneCodeEditor; readonly problems: readonly Problem[]; readonly onFix: (problem: Problem, value: string) => void; readonly mod: string }): ReactNode {
  const text = useText('editor')
  const shown = useMemo(() => problems.slice(0, cardsMax), [problems])
  const hosts = useMemo(() => shown.map(() => ({ frame: document.createElement('div'), inner: document.createElement('div') })), [shown])
  useEffect(() => {
    const decorations = code.createDecorationsCollection(problems.flatMap((problem) => [
      { range: new Range(problem.line, 1, problem.line, 1), options: { isWholeLine: true, className: 'editor-line-bad', lineNumberClassName: 'editor-number-bad' } },
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
            className="editor-problem" role="note"
            onClick={(event) => {
              if ((event.target as Element).closest('button') || getSelection()?.isCollapsed === false) return
              code.setPosition({ lineNumber: problem.line, column: problem.column })
              code.focus()
            }}
          >
            <p className="row editor-problem-words"><span className="no-text"><CrossMark /></span><span>{problem.head !== '' && <b className="no-text">{problem.head} </b>}<span className="mono">{plain(problem.message)}</span></span></p>
            {problem.field !== undefined && problem.field !== '' && <p className="mono micro dim editor-field">{problem.field}</p>}
            {problem.fixes.length > 0 && (
              <div className="row editor-fixes">
                {problem.fixes.slice(0, 4).map((value, nth) => (
                  <Button key={value} size="small" look={nth === 0 ? 'primary' : 'plain'} {...(nth === 0 ? { hotkey: `${mod}.` } : {})} onClick={() => { onFix(problem, value) }}>{nth === 0 ? text('change', { value }) : value}</Button>
                ))}
              </div>
            )}
          </div>, inner, `${index} ${problem.line}`,
        )
      })}
    </>
  )
}
