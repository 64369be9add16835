import { textOf } from '../kit'
import type { Address, Session } from '../store'
import { fromFile, fromFragment, toFile, toFragment } from './codec'
import { readRecord, tabId, writeRecord } from './records'

/** While the clock runs, the session is written down so often. Real milliseconds. */
const everyMs = 5_000
const fragmentKey = '#session='

function say(session: Session, key: string, tone: 'plain' | 'no', values: Readonly<Record<string, string>> = {}): void {
  session.ui.setState({ notice: { text: textOf('persist')(key, values), tone } })
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Does the address carry a session? */
export function carriesSession(hash: string): boolean {
  return hash.startsWith(fragmentKey)
}

/** Opens the session of a link. It arrives paused; a link that holds none is said to, and gives false. */
export async function openFragment(session: Session, hash: string): Promise<boolean> {
  try {
    await session.open({ scenario: '', saved: fromFragment(hash.slice(fragmentKey.length)) })
    say(session, 'opened', 'plain')
    return true
  } catch (error) {
    say(session, 'cannot', 'no', { message: messageOf(error) })
    return false
  } finally {
    // The session is this tab's now: its own address says where it stands.
    history.replaceState(null, '', location.pathname + location.search)
  }
}

/** Opens what this tab had open before it was loaded again, if the address speaks of the same. False: nothing was kept. */
export async function openKept(session: Session, address: Address): Promise<boolean> {
  try {
    const record = await readRecord(tabId())
    if (record === undefined || (address.scenario !== undefined && address.scenario !== record.scenario) || (address.seed !== undefined && address.seed !== record.seed)) return false
    await session.open({ scenario: record.scenario, saved: record.saved, ...(address.position ? { position: address.position } : {}) })
    return true
  } catch {
    return false // what was kept cannot be read: the address still opens something
  }
}

/** Keeps the session in the browser from now on. Gives the way to end it. */
export function startKeeping(session: Session): () => void {
  const id = tabId()
  let writing = Promise.resolve()
  let told = false
  session.onSaved = (saved) => {
    const { scenario, seed } = session.view.getState()
    if (scenario === '') return
    writing = writing.then(() => writeRecord({ id, scenario, seed, saved, at: Date.now() })).catch(() => {
      if (!told) say(session, 'unkept', 'no')
      told = true
    })
  }
  let last = ''
  const save = (): void => {
    const { position, scenario, host } = session.view.getState()
    const key = `${scenario} ${position.event}.${position.beat}`
    if (host.is !== 'open' || scenario === '' || key === last) return
    last = key
    void session.save().catch(() => undefined)
  }
  const timer = setInterval(save, everyMs)
  const hidden = (): void => { if (document.hidden) save() }
  document.addEventListener('visibilitychange', hidden)
  addEventListener('pagehide', save)
  void session.save().catch(() => undefined)
  return () => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', hidden)
    removeEventListener('pagehide', save)
    session.onSaved = undefined
  }
}

/** Puts a link that holds the whole session on the clipboard, where it fits. */
export async function copyWholeLink(session: Session): Promise<void> {
  const fragment = toFragment(await session.save())
  if (fragment === undefined) {
    say(session, 'linkTooLong', 'no')
    return
  }
  try {
    await navigator.clipboard.writeText(`${location.origin}${location.pathname}${location.search}${fragmentKey}${fragment}`)
    say(session, 'linked', 'plain')
  } catch {
    say(session, 'linkFailed', 'no')
  }
}

/** Saves the session as a file of the person's. */
export async function saveAsFile(session: Session): Promise<void> {
  const name = `${session.view.getState().scenario.replace(/[^\w-]+/g, '-') || 'session'}.berth.json.gz`
  const address = URL.createObjectURL(new Blob([toFile(await session.save())], { type: 'application/gzip' }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => { URL.revokeObjectURL(address) }, 10_000)
  say(session, 'saved', 'plain', { name })
}


export async function openFile(session: Session, file: File): Promise<void> {
  try {
    await session.open({ scenario: '', saved: fromFile(new Uint8Array(await file.arrayBuffer())) })
    say(session, 'opened', 'plain')
  } catch (error) {
    say(session, 'cannot', 'no', { message: messageOf(error) })
  }
}

/** The browser's own file dialog. */
export function chooseSessionFile(session: Session): void {
  const input = document.createElement('input')
  input.type = 'file'
  input.accept = '.gz,.json'
  input.onchange = () => {
    const [file] = input.files ?? []
    if (file !== undefined) void openFile(session, file)
  }
  input.click()
}
