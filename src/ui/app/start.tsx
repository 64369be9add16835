import { createRoot } from 'react-dom/client'
import { setLanguage, textOf, TooltipProvider } from '../kit'
import {
  openRequestOf, readAddress, Session, SessionProvider, startWorkerHost, tellError, uiOf, writeAddress, type Address, type HostClient, type UiState,
} from '../store'
import { App } from './App'
import { firstScenario } from './scenario'
import './words'




/**
 * Puts the workbench into an element and opens what the address says. `startHost` is the worker unless a test hands in another.
 * Gives back the session, and what takes everything down.
 */
export function start(element: HTMLElement, startHost: () => HostClient = startWorkerHost): { readonly session: Session; readonly stop: () => void } {
  const session = new Session({ startHost })
  const address = readAddress(location.search)
  const bright = typeof matchMedia === 'function' && matchMedia('(prefers-color-scheme: light)').matches
  session.ui.setState({
    theme: remembered('theme', ['dark', 'light']) ?? (bright ? 'light' : 'dark'),
    language: remembered('language', ['en', 'zh']) ?? (navigator.language.startsWith('zh') ? 'zh' : 'en'),
    inspectorOpen: innerWidth >= 1280,
    ...uiOf(address),
  })
  reflect(session.ui.getState())
  const stopReflecting = session.ui.subscribe(reflect)
  const stopAddress = keepAddress(session)
  let stopped = false
  const root = createRoot(element)
  root.render(<SessionProvider session={session}><TooltipProvider><App /></TooltipProvider></SessionProvider>)
  opened(session, address).catch((error: unknown) => {
    // An address of a scenario that is no more: say so, and open what there is.
    tellError(session, error)
    if (session.view.getState().host.is !== 'broken') session.call('open', { scenario: firstScenario }).catch((again: unknown) => { tellError(session, again) })
  })
  // Keeping sessions is its own chunk, and can wait until the first view is there.
  let stopKeeping: (() => void) | undefined
  const stopWaiting = session.view.subscribe((view) => {
    if (view.scenario === '') return
    stopWaiting()
    void import('../persist').then(({ startKeeping }) => { if (!stopped) stopKeeping = startKeeping(session) })
  })
  // Served by a server that a kubectl can ask: the way from there is its own chunk.
  let stopBridge: (() => void) | undefined
  if (document.querySelector('meta[name="berth-bridge"]') !== null) {
    void import('../bridge').then(({ bridgeAddress, startBridge }) => {
      const to = bridgeAddress()
      if (to !== undefined && !stopped) stopBridge = startBridge(session, to)
    })
  }
  return {
    session,
    stop: () => {
      stopped = true
      stopBridge?.()
      stopWaiting()
      stopKeeping?.()
      stopReflecting()
      stopAddress()
      root.unmount()
      session.close()
    },
  }
}

/** Opens what a link carries, what this tab had open before it was loaded again, or what the address names. */
async function opened(session: Session, wanted: Address): Promise<void> {
  // Asked without loading anything: a first visit waits for nobody.
  const carried = location.hash.startsWith('#session=')
  let kept = false
  try {
    kept = sessionStorage.getItem('berth.session') !== null
  } catch {
    // Storage is shut: nothing was kept.
  }
  // An imported cluster is in no address: only the tab that imported it, a file or a whole link has it.
  const lost = wanted.scenario === 'imported'
  const address: Address = lost ? { ...(wanted.theme ? { theme: wanted.theme } : {}) } : wanted
  if (carried || kept) {
    const persist = await import('../persist')
    if (carried ? await persist.openFragment(session, location.hash) : await persist.openKept(session, wanted)) return
    const { notice } = session.ui.getState()
    await session.call('open', openRequestOf(address, firstScenario))
    // What was wrong with the link is still to be read; the first fact of a cluster takes a notice away.
    if (notice) {
      if (session.view.getState().fact === undefined) await new Promise<void>((resolve) => {
        const stop = session.view.subscribe((view) => {
          if (view.fact === undefined) return
          stop()
          resolve()
        })
      })
      session.ui.setState({ notice })
    }
    return
  }
  await session.call('open', openRequestOf(address, firstScenario))
  if (lost) session.ui.setState({ notice: { text: textOf('app')('lostImport'), tone: 'no' } })
}

/** Theme, scale and language are attributes of the page; CSS and screen readers go by them. */
function reflect(ui: UiState): void {
  const html = document.documentElement
  html.dataset['theme'] = ui.theme
  html.dataset['scale'] = ui.scale
  html.lang = ui.language === 'zh' ? 'zh-CN' : 'en'
  setLanguage(ui.language)
  try {
    localStorage.setItem('berth.theme', ui.theme)
    localStorage.setItem('berth.language', ui.language)
  } catch {
    // A browser that keeps nothing for us: the address still says it.
  }
}

function remembered<Value extends string>(name: string, values: readonly Value[]): Value | undefined {
  try {
    return values.find((value) => value === localStorage.getItem(`berth.${name}`))
  } catch {
    return undefined
  }
}

/**
 * Keeps the address at what is on show. A change of view or scenario is a step of the browser's history, all else replaces it; the
 * browser's Back and Forward are obeyed.
 */
function keepAddress(session: Session): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let written = location.search
  let shown = { view: session.ui.getState().view, scenario: '' }
  const write = (): void => {
    timer = undefined
    const view = session.view.getState()
    const ui = session.ui.getState()
    // Until the first frame the address is the wish, not the state.
    if (view.scenario === '') return
    // While the clock runs no moment stands in it: loaded again, the session goes on from where it was last kept.
    const query = writeAddress(view.running ? { scenario: view.scenario, seed: view.seed } : view, ui)
    if (query === written) return
    const turned = shown.scenario !== '' && (shown.view !== ui.view || shown.scenario !== view.scenario)
    shown = { view: ui.view, scenario: view.scenario }
    written = query
    history[turned ? 'pushState' : 'replaceState'](null, '', query + location.hash)
  }
  // Browsers slow a page down that rewrites its address often.
  const later = (): void => { timer ??= setTimeout(write, 250) }
  const turn = (): void => {
    const address = readAddress(location.search)
    written = location.search
    const view = session.view.getState()
    shown = { view: address.view ?? 'map', scenario: address.scenario ?? view.scenario }
    session.ui.setState({ selection: undefined, openCycle: undefined, ...uiOf(address) })
    const goes = address.scenario !== undefined && (address.scenario !== view.scenario || (address.seed ?? view.seed) !== view.seed)
      ? session.open(openRequestOf(address, view.scenario))
      : address.position ? session.call('seek', { position: address.position }) : undefined
    goes?.catch((error: unknown) => { tellError(session, error) })
  }
  const stops = [session.view.subscribe(later), session.ui.subscribe(later)]
  addEventListener('popstate', turn)
  return () => {
    clearTimeout(timer)
    for (const stop of stops) stop()
    removeEventListener('popstate', turn)
  }
}
