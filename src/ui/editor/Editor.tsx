import { lazy, Suspense, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type DragEvent, type ReactNode } from 'react'
import { Button, ChevronDown, CrossMark, Dialog, Menu, modKey, Plus, rich, TickMark, useText } from '../kit'
import { apply, changeDraft, closeDraft, isChanged, moveDraft, openDraft, readObject, useDesk, useSession, useUi, type Draft, type Selection, type Session } from '../store'
import { editable, firstRefusal, readText, textProblems, type Conflict, type Problem } from './check'
import { EditorTabs, type TabActs } from './EditorTabs'
import { hintsOf } from './hints'
import { goTo, mendFirst } from './mend'
import { draftOf, dropClosed, keepPlace, showDraft } from './models'
import { defineThemes, editor, KeyCode, KeyMod, makeEditor, Range } from './monaco'
import { Problems } from './Problems'
import { Results } from './Results'
import { sentence, shortly } from './sentence'
import { templates, type TemplateName } from './templates'
import { resultOf, tryApply, type Result } from './trial'
import { useCheck, verdictOf, type Check } from './use-check'
import './editor.css'

const Diff = lazy(() => import('./Diff'))

const none: readonly Problem[] = []
const checking: Check = { is: 'checking' }
const panelId = 'editor-panel'
const templateNames: Readonly<Record<TemplateName, string>> = { deployment: 'web.yaml', pod: 'probe.yaml', service: 'service.yaml', node: 'node-g.yaml' }
/** Files that are dropped here are opened as text; a larger one is a cluster to import. Bytes. */
const fileBytesMax = 2 * 1024 * 1024

/** What was told of a draft after an apply, or a refusal. */
interface Told { readonly id: string; readonly results: readonly Result[]; readonly conflicts: readonly Conflict[]; readonly trial: boolean }

/** Several manifests in tabs, each checked by the server as it is written; what an apply changes, before it and after. */
export function Editor(): ReactNode {
  const text = useText('editor')
  const session = useSession()
  const theme = useUi((ui) => ui.theme)
  const stage = useUi((ui) => ui.scale === 'stage')
  const selection = useUi((ui) => ui.selection)
  const drafts = useDesk((desk) => desk.drafts)
  const active = useDesk((desk) => desk.active)
  const draft = drafts.find(({ id }) => id === active)
  const [code, setCode] = useState<editor.IStandaloneCodeEditor>()
  const [told, setTold] = useState<Told>()
  const [showDiff, setShowDiff] = useState(false)
  const [applying, setApplying] = useState(false)
  const [closing, setClosing] = useState<Draft>()
  const [dragged, setDragged] = useState(false)
  const applyNow = useRef<() => void>(() => undefined)
  const fixFirst = useRef<() => void>(() => undefined)
  const live = selection && selection.kind !== 'component' ? selection : undefined
  const { known, learn } = useCheck(draft)

  // What is picked opens in a passing tab; with nothing picked and nothing open there is a text to begin with.
  useEffect(() => {
    if (!live) {
      session.desk.setState((desk) => (desk.drafts.length === 0 ? openDraft(desk, { ...templateFile('deployment'), passing: true }) : desk))
      return
    }
    let current = true
    void liveFile(session, live).then((file) => {
      if (current && file) session.desk.setState((desk) => openDraft(desk, { ...file, passing: true }))
    })
    return () => { current = false }
  }, [session, live])

  // The editor lives as long as its element, the texts longer.
  const holder = useCallback((element: HTMLDivElement) => {
    const made = makeEditor(element, null, session.ui.getState().theme)
    made.addCommand(KeyMod.CtrlCmd | KeyCode.Enter, () => { applyNow.current() })
    made.addCommand(KeyMod.CtrlCmd | KeyCode.Period, () => { fixFirst.current() })
    made.onDidChangeModelContent(() => {
      const id = draftOf(session, made.getModel())
      const text = made.getValue()
      if (id !== undefined) session.desk.setState((desk) => (desk.drafts.some((one) => one.id === id && one.text !== text) ? changeDraft(desk, id, { text }) : desk))
    })
    setCode(made)
    return () => {
      keepPlace(session, made)
      made.setModel(null)
      made.dispose()
      setCode(undefined)
    }
  }, [session])
  // Before the problems of a text are drawn it has to be the one on show.
  useLayoutEffect(() => {
    if (!code) return
    if (draftOf(session, code.getModel()) !== draft?.id) keepPlace(session, code)
    if (draft) showDraft(session, code, draft)
    else code.setModel(null)
    dropClosed(session, drafts)
  }, [session, code, draft, drafts])
  // What was told goes with its text: the id is given again.
  useEffect(() => session.desk.subscribe((desk) => { setTold((before) => (before && desk.drafts.some(({ id }) => id === before.id) ? before : undefined)) }), [session])
  useEffect(() => { if (code) editor.setTheme(defineThemes(theme)) }, [code, theme])
  const name = draft?.name ?? ''
  useEffect(() => { code?.updateOptions({ fontSize: stage ? 18 : 13.5, lineHeight: stage ? 27 : 20, ariaLabel: `${text('text')} ${name}. ${text('left')}` }) }, [code, stage, text, name])

  // While a changed text is being checked its old problems stay: they are likelier to be true than none.
  const checked = draft && known.get(draft.id)
  const check: Check = checked && (checked.of === draft.text || checked.check.is === 'bad') ? checked.check : checking
  const problems = check.is === 'bad' ? check.problems : none
  const counts = useMemo(() => new Map([...known].flatMap(([id, { check: one }]) => (one.is === 'bad' ? [[id, one.problems.length] as const] : []))), [known])

  // At the ends of lines: what stands there now, where an apply would change it.
  const hints = useMemo(() => (check.is === 'good' && checked?.of === draft?.text ? hintsOf(check.manifests.documents, check.trial.results, text) : []), [check, checked, draft, text])
  useEffect(() => {
    if (!code?.getModel()) return
    const collection = code.createDecorationsCollection(hints.map(({ line, words }) => {
      const column = code.getModel()?.getLineMaxColumn(line) ?? 1
      return { range: new Range(line, column, line, column), options: { showIfCollapsed: true, after: { content: `\u00a0${words}\u00a0`, inlineClassName: 'editor-hint', inlineClassNameAffectsLetterSpacing: true } } }
    }))
    return () => { collection.clear() }
  }, [code, hints, active])

  const onApply = async (force = false): Promise<void> => {
    if (applying || !draft) return
    const { id, text: written } = draft
    setApplying(true)
    const say = (words: string): void => { session.ui.setState({ notice: { text: words, tone: 'no' } }) }
    try {
      const manifests = readText(written, name)
      const wrong = textProblems(manifests)
      if (wrong[0]) {
        learn(id, { of: written, check: { is: 'bad', problems: wrong, manifests } })
        say(text('wrong', { name, line: wrong[0].line, message: sentence(wrong[0].message) }))
        return
      }
      if (manifests.documents.length === 0) return
      // All or nothing: if one of them would be refused, none is stored.
      const trial = await tryApply(session, manifests.documents)
      if (!trial) return
      const verdict = verdictOf(manifests, trial)
      learn(id, { of: written, check: verdict })
      const refusal = firstRefusal(trial.results)
      if (refusal) {
        setTold({ id, results: trial.results.filter((result) => result.outcome === 'refused'), conflicts: [], trial: true })
        const refused = verdict.is === 'bad' ? verdict.problems : none
        say(text('refused', { name, message: sentence(shortly(refused, refusal.status?.message ?? refusal.status?.reason ?? '', (count) => text('more', { count }))) }))
        return
      }
      const [held] = trial.conflicts
      if (held && !force) {
        setTold({ id, results: trial.results, conflicts: trial.conflicts, trial: true })
        say(text('conflict.said', { name, manager: held.manager, field: held.field }))
        return
      }
      const applied = await apply(session, manifests.documents.map(({ object }) => object), false)
      if (!applied) return
      setTold({ id, results: applied.map((result, index) => resultOf(result, trial.results[index]?.live)), conflicts: [], trial: false })
      session.desk.setState((desk) => changeDraft(desk, id, { applied: written, passing: false }))
    } finally {
      setApplying(false)
    }
  }
  const forceApply = (): void => { void onApply(true) }
  useEffect(() => {
    applyNow.current = () => { void onApply() }
    fixFirst.current = () => { if (code) mendFirst(code, problems) }
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

  const close = useCallback((id: string): void => { session.desk.setState((desk) => closeDraft(desk, id)) }, [session])
  const acts = useMemo<TabActs>(() => ({
    onPick: (id) => { session.desk.setState({ active: id }) },
    onClose: (id) => {
      const one = session.desk.getState().drafts.find((draft) => draft.id === id)
      if (one && isChanged(one)) setClosing(one)
      else close(id)
    },
    onRename: (id, next) => { session.desk.setState((desk) => changeDraft(desk, id, { name: next, passing: false })) },
    onMove: (id, by) => { session.desk.setState((desk) => moveDraft(desk, id, by)) },
  }), [session, close])

  const open = (file: Opening): void => {
    session.desk.setState((desk) => openDraft(desk, file))
    setShowDiff(false)
  }
  const carries = (event: DragEvent): boolean => event.dataTransfer.types.includes('Files')
  const drop = (event: DragEvent): void => {
    setDragged(false)
    const files = [...event.dataTransfer.files].filter((file) => /\.(ya?ml|json|txt)$/i.test(file.name) && !/\.berth\.json$/i.test(file.name) && file.size <= fileBytesMax)
    // Anything else is for whoever takes drops of the whole window: a cluster, a saved session.
    if (files.length === 0 || files.length < event.dataTransfer.files.length) return
    event.preventDefault()
    void openFiles(session, files)
  }
  const trial = check.is === 'good' || check.is === 'bad' ? check.trial : undefined
  const shown = told && told.id === draft?.id ? told : undefined
  return (
    <section
      className="editor" aria-label={text('editor')} data-diff={showDiff ? '' : undefined}
      onDragOver={(event) => { if (carries(event)) setDragged(true) }} onDragLeave={(event) => { if (!(event.relatedTarget instanceof Node) || !event.currentTarget.contains(event.relatedTarget)) setDragged(false) }} onDropCapture={drop}
    >
      <header className="editor-head">
        <EditorTabs drafts={drafts} active={active} problems={counts} panelId={panelId} acts={acts} />
        <Menu
          label={text('from')} trigger={<button type="button" className="icon-btn editor-new" aria-label={text('from')} title={text('from')}><Plus size={15} /><ChevronDown size={11} /></button>}
          items={[
            ...(live ? [{ id: 'live', label: text('from.live', { name: live.name }), onSelect: () => { void liveFile(session, live).then((file) => { if (file) open(file) }) } }, 'line' as const] : []),
            ...(Object.keys(templates) as TemplateName[]).map((template) => ({ id: template, label: text(`template.${template}`), onSelect: () => { open(templateFile(template)) } })),
            { id: 'empty', label: text('template.empty'), onSelect: () => { open({ name: 'new.yaml', text: '' }) } },
          ]}
        />
        <span className="grow" />
        <CheckWords
          check={check} open={shown !== undefined}
          onGo={() => { setShowDiff(false); if (code && problems[0]) goTo(code, problems[0]) }}
          onShow={() => { if (draft && trial) setTold(shown ? undefined : { id: draft.id, results: trial.results, conflicts: trial.conflicts, trial: true }) }}
        />
        <Button size="small" aria-pressed={showDiff} disabled={!trial} title={text('diff.about')} onClick={() => { setShowDiff(!showDiff) }}>{text('diff')}</Button>
        <Button size="small" look={check.is === 'good' && draft && isChanged(draft) ? 'primary' : 'plain'} disabled={applying || !draft || check.is === 'empty'} aria-keyshortcuts="Control+Enter Meta+Enter" hotkey={`${modKey}↵`} onClick={() => { void onApply() }}>{text('apply')}</Button>
      </header>
      <div className="editor-body" role="tabpanel" id={panelId} aria-labelledby={active === undefined ? undefined : `editor-tab-${active}`}>
        {showDiff && draft && trial && (check.is === 'good' || check.is === 'bad') && (
          <Suspense fallback={<p className="loading">{text('diff.loading')}</p>}><Diff key={draft.id} text={checked?.of ?? draft.text} documents={check.manifests.documents} results={trial.results} /></Suspense>
        )}
        <div className="editor-code" ref={holder} hidden={showDiff || !draft} />
        {!draft && <div className="editor-none"><p>{text('none')}</p><Button onClick={() => { open(templateFile('deployment')) }}>{text('template.deployment')}</Button></div>}
        {code && draft && !showDiff && <Problems key={draft.id} code={code} problems={problems} onForce={forceApply} />}
      </div>
      {shown && <Results results={shown.results} conflicts={shown.conflicts} trial={shown.trial} onForce={forceApply} onClose={() => { setTold(undefined) }} />}
      {dragged && <div className="editor-drop" aria-hidden="true"><p>{text('drop')}</p></div>}
      <Dialog open={closing !== undefined} onClose={() => { setClosing(undefined) }} title={text('close.title', { name: closing?.name ?? '' })} closeName={text('close')} width={440}>
        <p>{rich(text('close.ask', { name: closing?.name ?? '' }))}</p>
        <div className="row editor-ask">
          <Button look="primary" onClick={() => { setClosing(undefined) }}>{text('close.keep')}</Button>
          <Button onClick={() => { if (closing) close(closing.id); setClosing(undefined) }}>{text('close.anyway')}</Button>
        </div>
      </Dialog>
    </section>
  )
}

/** What a draft is opened with. */
type Opening = Omit<Parameters<typeof openDraft>[1], 'passing'>

function templateFile(template: TemplateName): Opening {
  return { name: templateNames[template], text: templates[template] }
}

/** The YAML of an object as it stands now; undefined: it is gone. */
async function liveFile(session: Session, selection: Selection): Promise<Opening | undefined> {
  const object = await readObject(session, selection)
  return object && { name: `${object.metadata.name ?? 'object'}.yaml`, text: editable(object), of: `${selection.kind} ${selection.name}` }
}

async function openFiles(session: Session, files: readonly File[]): Promise<void> {
  for (const file of files) {
    const text = await file.text()
    session.desk.setState((desk) => openDraft(desk, { name: file.name, text }))
  }
}

function CheckWords({ check, open, onGo, onShow }: { readonly check: Check; readonly open: boolean; readonly onGo: () => void; readonly onShow: () => void }): ReactNode {
  const text = useText('editor')
  switch (check.is) {
    case 'checking': return <span className="small dim">{text('checking')}</span>
    case 'empty': return <span className="small dim">{text('empty')}</span>
    case 'bad': return <button type="button" className="editor-count no-text small" onClick={onGo}><CrossMark size={11} />{text('problems', { count: check.problems.length })}</button>
    case 'good': {
      const { results } = check.trial
      const [only] = results
      const words = results.length === 1 && only ? text(`would.${only.outcome}`) : text('good', { count: results.length })
      return <button type="button" className="editor-count editor-good ok-text small" aria-expanded={open} title={only?.what} onClick={onShow}><TickMark size={12} /><span>{words}</span></button>
    }
  }
}

