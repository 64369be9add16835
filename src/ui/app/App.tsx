import { lazy, Suspense, useCallback, useEffect, useRef, type ReactNode } from 'react'
import { CaptionBar } from '../caption'
import { DecisionList, DecisionPanel } from '../decision'
import { DropZone } from '../importing'
import { EventsPanel, EventsView, Inspector, YamlPanel } from '../inspector'
import { MapView } from '../map'
import { Timeline } from '../timeline'
import { ChevronLeft, IconButton, useText } from '../kit'
import { useSession, useSetUi, useUi, useView } from '../store'
import { EmptyCard, FirstRunCard } from './FirstRun'
import { BrokenCard } from './BrokenCard'
import { KeyList } from './KeyList'
import { Rail } from './Rail'
import { TopBar } from './TopBar'
import { WaitingLine } from './WaitingLine'
import { useKeys } from './keys'
import './app.css'

// Heavy and seldom needed at once: each is its own chunk.
const Editor = lazy(() => import('../editor').then((room) => ({ default: room.Editor })))
const SchedulerConfig = lazy(() => import('../editor').then((room) => ({ default: room.SchedulerConfig })))
const MetricsPanel = lazy(() => import('../metrics').then((room) => ({ default: room.MetricsPanel })))
const TerminalPane = lazy(() => import('../terminal').then((room) => ({ default: room.TerminalPane })))
const RoomView = lazy(() => import('../room').then((room) => ({ default: room.RoomView })))
const NodePanel = lazy(() => import('../room').then((room) => ({ default: room.NodePanel })))
const WorkloadsView = lazy(() => import('../workloads').then((room) => ({ default: room.WorkloadsView })))
const RolloutPanel = lazy(() => import('../workloads').then((room) => ({ default: room.RolloutPanel })))
const WorkloadHistory = lazy(() => import('../workloads').then((room) => ({ default: room.HistoryPanel })))
const TrafficView = lazy(() => import('../traffic').then((room) => ({ default: room.TrafficView })))
const FaultsDialog = lazy(() => import('../faults').then((room) => ({ default: room.FaultsDialog })))
const JourneyCanvas = lazy(() => import('../journey').then((room) => ({ default: room.JourneyCanvas })))
const JourneyPanel = lazy(() => import('../journey').then((room) => ({ default: room.JourneyPanel })))
const JourneyNext = lazy(() => import('../journey').then((room) => ({ default: room.JourneyNext })))
const Sequence = lazy(() => import('../journey').then((room) => ({ default: room.Sequence })))
const Palette = lazy(() => import('../palette').then((room) => ({ default: room.Palette })))

export function App(): ReactNode {
  const text = useText('app')
  const session = useSession()
  const setUi = useSetUi()
  const view = useUi((ui) => ui.view)
  const paletteOpen = useUi((ui) => ui.paletteOpen)
  const breaking = useUi((ui) => ui.breaking !== undefined)
  const inspectorOpen = useUi((ui) => ui.inspectorOpen)
  const timelineOpen = useUi((ui) => ui.timelineOpen)
  const stage = useUi((ui) => ui.scale === 'stage')
  const language = useUi((ui) => ui.language)
  const ready = useView((now) => now.scenario !== '')
  const main = useRef<HTMLElement>(null)
  useKeys(session)

  useEffect(() => {
    document.title = text('title')
  }, [text, language])

  const openSession = useCallback((file: File): void => { void import('../persist').then((room) => room.openFile(session, file)) }, [session])
  // The Traffic view has a panel of its own.
  const inspectable = view !== 'editor' && view !== 'config' && view !== 'traffic' && !stage
  const inspector = inspectorOpen && inspectable
  return (
    <DropZone onSession={openSession}>
      <div className="workbench" data-view={view} data-inspector={inspector ? 'open' : 'folded'} data-timeline={timelineOpen && !stage ? 'open' : 'folded'} data-stage={stage ? '' : undefined}>
        <a className="skip" href="#main" onClick={(event) => { event.preventDefault(); main.current?.focus() }}>{text('skip')}</a>
        <TopBar />
        <WaitingLine />
        {!stage && <Rail />}
        <main className="main" id="main" ref={main} tabIndex={-1} aria-label={text(view === 'map' ? 'main' : `rail.${view}`)}>
          {view === 'editor' && (
            <Suspense fallback={<p className="loading">{text('editor.loading')}</p>}><Editor /></Suspense>
          )}
          {view === 'config' && (
            <Suspense fallback={<p className="loading">{text('editor.loading')}</p>}><SchedulerConfig /></Suspense>
          )}
          {(view === 'map' || view === 'editor' || view === 'config' || view === 'terminal') && <div className="map-pane">{ready && <MapView />}</div>}
          {view === 'terminal' && (
            <div className="terminal-pane"><Suspense fallback={<p className="loading">{text('terminal.loading')}</p>}><TerminalPane readFile={(name) => session.files.get(name)} /></Suspense></div>
          )}
          {view === 'room' && ready && <Suspense fallback={null}><RoomView /></Suspense>}
          {view === 'journey' && ready && <Suspense fallback={<p className="loading">{text('journey.loading')}</p>}><JourneyCanvas /></Suspense>}
          {view === 'workloads' && ready && <Suspense fallback={<p className="loading">{text('workloads.loading')}</p>}><WorkloadsView /></Suspense>}
          {view === 'traffic' && ready && <Suspense fallback={<p className="loading">{text('traffic.loading')}</p>}><TrafficView /></Suspense>}
          {view === 'decisions' && <Suspense fallback={null}><DecisionList /></Suspense>}
          {view === 'events' && <EventsView />}
          <BrokenCard />
          {!inspector && inspectable && (
            <IconButton className="inspector-open" label={text('inspector.open')} onClick={() => { setUi({ inspectorOpen: true }) }}><ChevronLeft size={15} /></IconButton>
          )}
        </main>
        {inspector && (
          <Inspector panels={{
            decision: <DecisionPanel lead={<><FirstRunCard /><EmptyCard /></>} />,
            yaml: <YamlPanel onEdit={() => { setUi({ view: 'editor' }) }} />,
            events: <EventsPanel />,
            ...(view === 'workloads' ? { rollout: <Suspense fallback={null}><RolloutPanel /></Suspense>, history: <Suspense fallback={null}><WorkloadHistory /></Suspense> } : {}),
            ...(view === 'journey' ? { journey: <Suspense fallback={null}><JourneyPanel /></Suspense> } : {}),
            ...(view === 'room' ? { node: <Suspense fallback={null}><NodePanel /></Suspense> } : {}),
            metrics: <Suspense fallback={<p className="loading">{text('metrics.loading')}</p>}><MetricsPanel /></Suspense>,
          }}
          />
        )}
        <CaptionBar {...(view === 'journey' ? { end: <Suspense fallback={null}><JourneyNext /></Suspense> } : {})} />
        {view === 'journey' ? <Suspense fallback={<div className="timeline" data-open="" />}><Sequence /></Suspense> : !stage && <Timeline />}
      </div>
      {breaking && <Suspense fallback={null}><FaultsDialog /></Suspense>}
      {paletteOpen && <Suspense fallback={null}><Palette /></Suspense>}
      <KeyList />
    </DropZone>
  )
}
