import { useEffect, useState, type ReactNode } from 'react'
import type { ScenarioInfo } from '../../protocol'
import {
  BerthMark, ChevronDown, clock, IconButton, Menu, modKey, Monitor, Moon, PauseGlyph, PlayGlyph, Search, Segmented, Share, StepBackGlyph, StepGlyph, Sun, Tooltip, Unplug, Upload, useText,
  whole, type MenuItem,
} from '../kit'
import { playOrPause, seekEnd, setSpeed, setUnit, speeds, step, tellError, useSession, useSetUi, useUi, useView, inThePast, shownTime } from '../store'
import { ModeSwitch } from './ModeSwitch'
import type { RecordHead } from '../persist'
import { copyLink } from './share'
import { chooseFiles } from '../importing'

const units = ['event', 'message', 'plugin', 'cycle'] as const

/** Earlier sessions in the scenario menu. */
const earlierShown = 4

export function speedName(speed: number, max: string): string {
  return Number.isFinite(speed) ? `${speed}×` : max
}

export function TopBar(): ReactNode {
  const text = useText('app')
  const session = useSession()
  const setUi = useSetUi()
  const theme = useUi((ui) => ui.theme)
  const language = useUi((ui) => ui.language)
  const stage = useUi((ui) => ui.scale === 'stage')
  return (
    <header className="top" aria-label={text('top')}>
      <div className="brand"><BerthMark title="Berth" /></div>
      <ScenarioMenu />
      {!stage && <ModeSwitch />}
      <div className="top-middle">
        <Transport />
        <Clock />
      </div>
      <div className="top-end">
        <BreakButton />
        {!stage && (
          <button type="button" className="find" aria-label={text('findLong')} aria-keyshortcuts="Control+K Meta+K" onClick={() => { setUi({ paletteOpen: true }) }}>
            <Search size={14} /><span className="find-words">{text('find')}</span><kbd aria-hidden="true">{modKey}K</kbd>
          </button>
        )}
        {!stage && <IconButton label={text('import')} onClick={() => { void chooseFiles(session) }}><Upload size={16} /></IconButton>}
        <Menu
          label={text('share')} width={290}
          trigger={<IconButton label={text('share')}><Share size={16} /></IconButton>}
          items={[
            { id: 'moment', label: text('share.moment'), note: text('share.moment.note'), onSelect: () => { void copyLink(session, text) } },
            { id: 'whole', label: text('share.whole'), note: text('share.whole.note'), onSelect: () => { void import('../persist').then((room) => room.copyWholeLink(session)) } },
            'line',
            { id: 'save', label: text('share.save'), onSelect: () => { void import('../persist').then((room) => room.saveAsFile(session)) } },
            { id: 'open', label: text('share.open'), onSelect: () => { void import('../persist').then((room) => { room.chooseSessionFile(session) }) } },
          ]}
        />
        <Segmented
          label={text('language')} className="seg-language" value={language} onChange={(value) => { setUi({ language: value }) }}
          segments={[{ value: 'en', label: 'EN', name: text('language.en') }, { value: 'zh', label: '中', name: text('language.zh') }]}
        />
        <IconButton label={text(theme === 'dark' ? 'theme.toLight' : 'theme.toDark')} onClick={() => { setUi({ theme: theme === 'dark' ? 'light' : 'dark' }) }}>
          {theme === 'dark' ? <Moon size={16} /> : <Sun size={16} />}
        </IconButton>
        <IconButton label={text(stage ? 'present.leave' : 'present')} aria-pressed={stage} onClick={() => { setUi({ scale: stage ? 'desk' : 'stage', view: 'map' }) }}><Monitor size={16} /></IconButton>
      </div>
    </header>
  )
}

/** Opens the sheet that breaks and heals; says how much is broken, with a mark besides its colour. */
function BreakButton(): ReactNode {
  const text = useText('app')
  const setUi = useSetUi()
  const session = useSession()
  const count = useView((view) => view.faults.length)
  return (
    <IconButton
      label={count === 0 ? text('break') : text('break.count', { count })} hotkey="B" className="break-button" data-broken={count > 0 || undefined} aria-haspopup="dialog"
      onClick={() => { setUi({ breaking: { target: session.ui.getState().selection } }) }}
    >
      <Unplug size={16} />{count > 0 && <span className="break-count" aria-hidden="true">{count}</span>}
    </IconButton>
  )
}

function ScenarioMenu(): ReactNode {
  const text = useText('app')
  const session = useSession()
  const scenario = useView((view) => view.scenario)
  const seed = useView((view) => view.seed)
  const [offered, setOffered] = useState<readonly ScenarioInfo[]>([])
  const [earlier, setEarlier] = useState<readonly RecordHead[]>([])
  const language = useUi((ui) => ui.language)
  useEffect(() => {
    if (scenario === '') return
    session.call('scenarios', {}).then(setOffered, () => undefined)
  }, [session, scenario])
  const open = (id: string, otherSeed?: number): void => {
    session.open({ scenario: id, ...(otherSeed === undefined ? {} : { seed: otherSeed }) }).catch((error: unknown) => { tellError(session, error) })
  }
  const name = (id: string): string => (offered.length === 0 || offered.some((one) => one.id === id) ? text(`scenario.${id}`) : text('scenario.imported'))
  const known = offered.some((one) => one.id === scenario)
  const items: (MenuItem | 'line')[] = [
    ...offered.map((one): MenuItem => ({
      id: one.id, label: name(one.id), note: text('scenario.size', { nodes: whole(one.nodes), pods: whole(one.pods) }), checked: one.id === scenario, onSelect: () => { open(one.id) },
    })),
    ...(earlier.length === 0 ? [] : ['line' as const, ...earlier.slice(0, earlierShown).map((one): MenuItem => ({
      id: `+${one.id}`, label: text('scenario.earlier', { scenario: name(one.scenario) }), note: new Date(one.at).toLocaleString(language, { dateStyle: 'short', timeStyle: 'short' }),
      onSelect: () => { void import('../persist').then((room) => room.openEarlier(session, one.id)) },
    }))]),
    'line',
    { id: '+start', label: text('scenario.start'), hotkey: 'Home', onSelect: () => { void seekEnd(session, 'start') } },
    ...(known ? [{ id: '+seed', label: text('scenario.seed'), note: `${seed + 1}`, onSelect: () => { open(scenario, seed + 1) } } satisfies MenuItem] : []),
  ]
  return (
    <Menu
      label={text('scenario')} items={items} width={280}
      onOpen={() => { void import('../persist').then((room) => room.earlierSessions()).then(setEarlier) }}
      trigger={<button type="button" className="scenario"><span className="cut">{scenario === '' ? text('opening') : name(scenario)}</span><ChevronDown size={13} /></button>}
    />
  )
}

function Transport(): ReactNode {
  const text = useText('app')
  const session = useSession()
  const running = useView((view) => view.running)
  const unit = useView((view) => view.unit)
  const speed = useView((view) => view.speed)
  const usable = useView((view) => view.scenario !== '' && view.host.is === 'open')
  const atStart = useView((view) => view.position.event === 0 && view.position.beat === 0)
  const atEnd = useView((view) => view.next === undefined && !inThePast(view))
  return (
    <div className="transport" role="toolbar" aria-label={text('transport')}>
      <IconButton label={text('stepBack')} hotkey="←" className="transport-button" disabled={!usable || atStart} onClick={() => { void step(session, -1) }}><StepBackGlyph /></IconButton>
      <IconButton
        label={text(running ? 'pause' : 'play')} hotkey="Space" className="transport-play" disabled={!usable}
        onClick={() => { void playOrPause(session) }}
      >
        {running ? <PauseGlyph /> : <PlayGlyph />}
      </IconButton>
      <IconButton label={text('step')} hotkey="→" className="transport-button" disabled={!usable || atEnd} onClick={() => { void step(session, 1) }}><StepGlyph /></IconButton>
      <Menu
        label={text('unit')} width={290}
        trigger={<button type="button" className="transport-menu" aria-label={`${text('unit')}: ${text(`unit.${unit}`)}`}>{text(`unit.${unit}`)}<ChevronDown size={11} /></button>}
        items={units.map((value) => ({ id: value, label: text(`unit.${value}`), note: text(`unit.${value}.note`), checked: value === unit, onSelect: () => { void setUnit(session, value) } }))}
      />
      <Menu
        label={text('speed')} width={140}
        trigger={<button type="button" className="transport-menu" aria-label={`${text('speed')}: ${speedName(speed, text('speed.max'))}`}>{speedName(speed, text('speed.max'))}</button>}
        items={speeds.map((value) => ({
          id: String(value), label: speedName(value, text('speed.max')), ...(Number.isFinite(value) ? {} : { note: text('speed.maxNote') }),
          checked: value === speed, onSelect: () => { void setSpeed(session, value) },
        }))}
      />
    </div>
  )
}

function Clock(): ReactNode {
  const text = useText('app')
  const session = useSession()
  const now = useView(shownTime)
  const revision = useView((view) => view.revision)
  const last = useView((view) => (view.host.is === 'open' && !view.running && inThePast(view) ? view.lastRevision : undefined))
  return (
    <div className="clock">
      <time title={text('clock')}>{clock(now)}</time>
      {last === undefined
        ? <span className="clock-revision" title={text('revisionLong', { revision: whole(revision) })}>{text('revision', { revision: whole(revision) })}</span>
        : (
          <Tooltip text={<span>{text('past.long', { revision: whole(revision), last: whole(last) })} {text('past.note')}</span>}>
            <button type="button" className="clock-revision clock-past" aria-label={`${text('past.long', { revision: whole(revision), last: whole(last) })} ${text('past.go')}`} onClick={() => { void seekEnd(session, 'end') }}>
              {text('past', { revision: whole(revision), last: whole(last) })}
            </button>
          </Tooltip>
        )}
    </div>
  )
}
