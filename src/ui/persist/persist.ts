import { textOf } from '../kit'
import type { SavedText } from '../../protocol'
import type { Address, Session } from '../store'
import { fromFile, fromFragment, toFile, toFragment } from './codec'
import { openDesk, startKeepingDesk } from './desk'
import { newSession, readRecord, recordHeads, tabSession, writeRecord, type RecordHead } from './records'

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
    await leaveKept()
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
    const { from } = await tabSession()
    // Whatever the address opens: what somebody was writing is theirs.
    await openDesk(session, from)
    const record = await readRecord(from)
    if (record === undefined || (address.scenario !== undefined && address.scenario !== record.scenario) || (address.seed !== undefined && address.seed !== record.seed)) {
      await leaveKept()
      return false
    }
    await session.open({ scenario: record.scenario, saved: record.saved, ...(address.position ? { position: address.position } : {}) })
    return true
  } catch {
    // What was kept cannot be read: the address still opens something. Another version may read it.
    await leaveKept()
    return false
  }
}

/** Something else is open here from now on: what this tab had before stays kept, when anybody did anything in it. */
async function leaveKept(): Promise<void> {
  try {
    const record = await readRecord((await tabSession()).id)
    if (record !== undefined && record.own > 0) await newSession()
  } catch {
    // Nothing can be read: nothing can be lost.
  }
}

/** Sessions of this browser that are open in no tab, the newest first: those of tabs that were closed, and what this tab had before. */
export async function earlierSessions(): Promise<readonly RecordHead[]> {
  return recordHeads().catch(() => [])
}

/** Opens one of them here. It stays kept as it is; what is done from now on is kept beside it. */
export async function openEarlier(session: Session, id: string): Promise<void> {
  try {
    const record = await readRecord(id)
    if (record === undefined) throw new Error(textOf('persist')('gone'))
    await session.open({ scenario: record.scenario, saved: record.saved })
    await openDesk(session, id)
    say(session, 'restored', 'plain')
  } catch (error) {
    say(session, 'cannot', 'no', { message: messageOf(error) })
  }
}

/**
 * Keeps the session in the browser from now on. When another one is opened, what somebody did in the one before stays kept under
 * its own name. Gives the way to end it.
 */
export function startKeeping(session: Session): () => void {
  let writing: Promise<void> | undefined
  const waiting: SavedText[] = []
  let kept: Pick<SavedText, 'own' | 'session'> | undefined
  let told = false
  const desk = startKeepingDesk(session)
  const write = async (): Promise<void> => {
    for (let given = waiting.shift(); given !== undefined; given = waiting.shift()) {
      const { saved, scenario, seed, own, session: number } = given
      try {
        // Before anything was kept here: another one was opened while this was on its way.
        if (kept === undefined && number > 1) await leaveKept()
        const another = kept !== undefined && kept.own > 0 && kept.session !== number
        const id = another ? await newSession() : (await tabSession()).id
        if (another) desk.again()
        kept = { own, session: number }
        await writeRecord({ id, scenario, seed, saved, own, at: Date.now() })
      } catch {
        if (!told) say(session, 'unkept', 'no')
        told = true
      }
    }
    writing = undefined
  }
  session.onSaved = (given) => {
    // While one is being written only the newest of a session waits: of a large cluster each is some megabytes.
    if (waiting.at(-1)?.session === given.session) waiting.pop()
    waiting.push(given)
    writing ??= write()
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
    desk.stop()
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
