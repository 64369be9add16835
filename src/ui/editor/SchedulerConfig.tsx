import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import type { ConfigureAnswer, SchedulerConfigurationView } from '../../protocol'
import { Button, Chip, CrossMark, modKey, rich, Segmented, TickMark, TriangleAlert, useText } from '../kit'
import { configureScheduler, useSession, useUi, useView, type Session } from '../store'
import { Problems } from './Problems'
import { sentence } from './sentence'
import { goTo, mendFirst } from './mend'
import { defineThemes, editor, KeyCode, KeyMod, makeEditor } from './monaco'
import { presets, type PresetName } from './presets'
import type { Problem } from './check'
import { schedulerProblem } from './scheduler-problems'
import './editor.css'

/** What is being written, kept while another view is open. `undefined`: what is in force. */
const drafts = new WeakMap<Session, string>()
const checkAfterMs = 250
const readEveryMs = 250
const none: readonly Problem[] = []

type Show = 'written' | 'effective'

/** kube-scheduler's configuration: what is in force as YAML, edited, checked by the scheduler itself, and put in force. */
export function SchedulerConfig(): ReactNode {
  const text = useText('editor')
  const session = useSession()
  const theme = useUi((ui) => ui.theme)
  const live = useLiveConfiguration()
  const [draft, setDraft] = useState<string | undefined>(() => drafts.get(session))
  const [show, setShow] = useState<Show>('written')
  const [code, setCode] = useState<editor.IStandaloneCodeEditor>()
  const [checked, setChecked] = useState<{ readonly of: string; readonly answer: ConfigureAnswer }>()
  const [applying, setApplying] = useState(false)
  const applyNow = useRef<() => void>(() => undefined)
  const fixFirst = useRef<() => void>(() => undefined)
  const written = draft ?? live?.text
  const dirty = draft !== undefined && draft !== live?.text
  const shown = show === 'written' ? written : live?.effective

  const holder = useCallback((element: HTMLDivElement) => {
    const made = makeEditor(element, '', session.ui.getState().theme)
    made.addCommand(KeyMod.CtrlCmd | KeyCode.Enter, () => { applyNow.current() })
    made.addCommand(KeyMod.CtrlCmd | KeyCode.Period, () => { fixFirst.current() })
    setCode(made)
    return () => {
      setCode(undefined)
      made.dispose()
    }
  }, [session])
  useEffect(() => {
    if (!code) return
    const listening = code.onDidChangeModelContent((event) => {
      // A text that was put there is no draft.
      if (event.isFlush) return
      drafts.set(session, code.getValue())
      setDraft(code.getValue())
    })
    return () => { listening.dispose() }
  }, [code, session])
  useEffect(() => {
    if (code && shown !== undefined && code.getValue() !== shown) code.setValue(shown)
  }, [code, shown])
  useEffect(() => { code?.updateOptions({ readOnly: show === 'effective', fontSize: 13.5, lineHeight: 20, ariaLabel: `${text('config.text')}. ${text('left')}` }) }, [code, show, text])
  useEffect(() => { if (code) editor.setTheme(defineThemes(theme)) }, [code, theme])

  // kube-scheduler is asked when the hand rests; nothing is put in force.
  useEffect(() => {
    if (written === undefined) return
    let current = true
    const timer = setTimeout(() => {
      void configureScheduler(session, { text: written, dryRun: true }).then((answer) => { if (current && answer) setChecked({ of: written, answer }) })
    }, checkAfterMs)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [session, written])

  const answer = checked !== undefined && (checked.of === written || !checked.answer.accepted) ? checked.answer : undefined
  const problems = useMemo(() => (answer === undefined || answer.accepted || show === 'effective' ? none : answer.problems.map((problem) => schedulerProblem(problem, checked?.of ?? ''))), [answer, show, checked])
  const notes = answer?.accepted === true ? answer.configuration.notes : dirty ? [] : live?.notes ?? []

  const put = (next: string): void => {
    drafts.set(session, next)
    setDraft(next)
    setShow('written')
  }
  const forget = (): void => {
    drafts.delete(session)
    setDraft(undefined)
  }
  const onApply = async (): Promise<void> => {
    if (applying || written === undefined) return
    setApplying(true)
    try {
      const given = await configureScheduler(session, { text: written })
      if (!given) return
      setChecked({ of: written, answer: given })
      if (given.accepted) forget()
      else {
        const [first] = given.problems
        session.ui.setState({ notice: { text: text('config.refused', { message: sentence(first?.message ?? '') }), tone: 'no' } })
        if (first?.line !== undefined) code?.revealLineInCenter(first.line)
      }
    } finally {
      setApplying(false)
    }
  }
  useEffect(() => {
    applyNow.current = () => { void onApply() }
    fixFirst.current = () => { if (code) mendFirst(code, problems) }
  })

  return (
    <section className="editor config" aria-label={text('config')}>
      <header className="editor-head">
        <span className="editor-tab">scheduler.yaml{dirty && <span className="dot editor-dirty" />}</span>
        <Segmented<Show>
          label={text('config.show')} className="config-show" value={show} onChange={setShow}
          segments={[{ value: 'written', label: text('config.written') }, { value: 'effective', label: text('config.effective') }]}
        />
        <span className="grow" />
        <Verdict answer={answer} dirty={dirty} onGo={() => { if (code && problems[0]) goTo(code, problems[0]) }} />
        {dirty && <Button size="small" onClick={forget}>{text('config.revert')}</Button>}
        <Button size="small" look={dirty && answer?.accepted === true ? 'primary' : 'plain'} disabled={applying || !dirty} aria-keyshortcuts="Control+Enter Meta+Enter" hotkey={`${modKey}↵`} onClick={() => { void onApply() }}>{text('apply')}</Button>
      </header>
      <div className="config-bar">
        <Chip look={live?.mode === 'classic' ? 'taint' : 'ok'}>{text(live?.mode === 'classic' ? 'config.classic' : 'config.modern')}</Chip>
        <span className="small dim">{text('config.presets')}</span>
        {(Object.keys(presets) as PresetName[]).map((name) => (
          <Button key={name} size="small" aria-pressed={written === presets[name]} onClick={() => { put(presets[name]) }}>{text(`preset.${name}`)}</Button>
        ))}
      </div>
      {notes.length > 0 && (
        <ul className="config-notes" aria-label={text('config.notes')}>
          {notes.map(({ id, name }) => <li key={`${id} ${name}`} className="row small"><TriangleAlert size={13} /><span>{rich(text(`note.${id}`, { name }))}</span></li>)}
        </ul>
      )}
      <div className="editor-code" ref={holder} />
      {code && <Problems code={code} problems={problems} />}
    </section>
  )
}

function Verdict({ answer, dirty, onGo }: { readonly answer: ConfigureAnswer | undefined; readonly dirty: boolean; readonly onGo: () => void }): ReactNode {
  const text = useText('editor')
  if (!dirty) return <span className="row small dim editor-good"><TickMark size={12} /><span>{text('config.inForce')}</span></span>
  if (answer === undefined) return <span className="small dim">{text('checking')}</span>
  if (answer.accepted) return <span className="row small ok-text editor-good"><TickMark size={12} /><span>{text('config.good')}</span></span>
  return <button type="button" className="editor-count no-text small" onClick={onGo}><CrossMark size={11} />{text('problems', { count: answer.problems.length })}</button>
}

/** What is in force at the moment on show. Read again as the moment moves, a few times a second at most. */
function useLiveConfiguration(): SchedulerConfigurationView | undefined {
  const session = useSession()
  const moment = useView((view) => (view.host.is === 'open' && view.scenario !== '' ? `${view.scenario} ${view.seed} ${view.position.event} ${view.end.event}` : ''))
  const [live, setLive] = useState<SchedulerConfigurationView>()
  const reading = useRef({ at: -Infinity, moment: '' })
  useEffect(() => {
    if (moment === '') return
    let current = true
    const timer = setTimeout(() => {
      reading.current = { at: performance.now(), moment }
      session.call('schedulerConfiguration', {}).then((read) => { if (current) setLive((before) => (same(before, read) ? before : read)) }, () => undefined)
    }, Math.max(0, reading.current.at + readEveryMs - performance.now()))
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [session, moment])
  return live
}

function same(a: SchedulerConfigurationView | undefined, b: SchedulerConfigurationView): boolean {
  return a !== undefined && a.text === b.text && a.effective === b.effective && a.mode === b.mode && a.notes.length === b.notes.length
}
