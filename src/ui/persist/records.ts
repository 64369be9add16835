import { openDB, type DBSchema, type IDBPDatabase } from 'idb'

/** One session as it was last saved. */
export interface SessionRecord {
  readonly id: string
  readonly scenario: string
  readonly seed: number
  readonly saved: string
  /** How often somebody did something in it. 0: it follows from its scenario and seed. */
  readonly own: number
  /** Wall clock of the save: the oldest go first. */
  readonly at: number
}

/** What a list shows of a record, read without its text: that may be megabytes. */
export type RecordHead = Pick<SessionRecord, 'id' | 'scenario' | 'seed' | 'own' | 'at'>

interface Schema extends DBSchema {
  sessions: { key: string; value: SessionRecord; indexes: { head: [at: number, scenario: string, seed: number, own: number] } }
  /** What is open in the editor, by the session's name. Apart from the session: it is written while somebody types. */
  desks: { key: string; value: unknown }
}

/** Sessions of so many tabs are kept. */
const recordsMax = 12
const tabKey = 'berth.session'
/** How long the page that was here before a reload may take to let go of its session. Real milliseconds. */
const handOverMs = 400

let opened: Promise<IDBPDatabase<Schema>> | undefined

function database(): Promise<IDBPDatabase<Schema>> {
  opened ??= openDB<Schema>('berth', 3, {
    async upgrade(db, before, _after, transaction) {
      if (before < 3) db.createObjectStore('desks')
      if (before >= 2) return
      const store = before < 1 ? db.createObjectStore('sessions', { keyPath: 'id' }) : transaction.objectStore('sessions')
      store.createIndex('head', ['at', 'scenario', 'seed', 'own'])
      // The first version did not say whether anybody did anything: take it that somebody did.
      for (let cursor = await store.openCursor(); cursor !== null; cursor = await cursor.continue()) await cursor.update({ ...cursor.value, own: 1 })
    },
    // A newer Berth in another tab wants to change the store: this one steps aside, and opens it again when it writes next.
    blocking(_current, _blocked, event) {
      (event.target as IDBDatabase).close()
      opened = undefined
    },
    terminated() { opened = undefined },
  })
  opened.catch(() => { opened = undefined })
  return opened
}

const lockOf = (id: string): string => `berth.session.${id}`

/** What this tab holds its session with. Undefined: none yet. */
let held: { readonly id: string; readonly letGo: () => void } | undefined

/** Takes a session for this tab alone. False: another tab has it (this one was made a copy of it). */
function take(id: string): Promise<boolean> {
  // Where there are no locks nobody can tell; what was kept is worth more than a copy's being apart.
  if (!('locks' in navigator)) {
    held = { id, letGo: () => undefined }
    return Promise.resolve(true)
  }
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(handOverMs)
    navigator.locks.request(lockOf(id), { signal }, () => new Promise<void>((letGo) => {
      held?.letGo()
      held = { id, letGo }
      resolve(true)
    })).catch(() => { resolve(false) })
  })
}

/**
 * The name of this tab's session, and that of the record it begins with. The name outlives a reload and a crash, not the tab. A tab
 * that was made as a copy of another gets a name of its own: both would write to one record, and one of them would lose.
 */
export async function tabSession(): Promise<{ readonly id: string; readonly from: string }> {
  if (held !== undefined) return { id: held.id, from: held.id }
  let from: string | null = null
  try {
    from = sessionStorage.getItem(tabKey)
  } catch {
    // Storage is shut: a reload begins anew.
  }
  if (from !== null && await take(from)) return { id: from, from }
  const id = await newSession()
  return { id, from: from ?? id }
}

/** Gives this tab's session another name from now on: what was kept under the old one stays. */
export async function newSession(): Promise<string> {
  const id = crypto.randomUUID()
  await take(id)
  try {
    sessionStorage.setItem(tabKey, id)
  } catch {
    // As above.
  }
  return id
}

export async function readRecord(id: string): Promise<SessionRecord | undefined> {
  return (await database()).get('sessions', id)
}

export async function writeRecord(record: SessionRecord): Promise<void> {
  const db = await database()
  const transaction = db.transaction('sessions', 'readwrite')
  await transaction.store.put(record)
  const over = (await transaction.store.count()) - recordsMax
  if (over > 0) {
    const kept: { readonly id: string; readonly own: number }[] = []
    for (let cursor = await transaction.store.index('head').openKeyCursor(); cursor !== null; cursor = await cursor.continue()) {
      if (cursor.primaryKey !== record.id) kept.push({ id: cursor.primaryKey, own: cursor.key[3] })
    }
    // What nobody did anything in goes first, then the oldest.
    kept.sort((a, b) => Number(a.own > 0) - Number(b.own > 0))
    const gone = kept.slice(0, over)
    for (const { id } of gone) await transaction.store.delete(id)
    await transaction.done
    for (const { id } of gone) await db.delete('desks', id)
    return
  }
  await transaction.done
}

/** What was open in the editor in a session; undefined: nothing. Whoever takes it looks at it first (`readDesk`). */
export async function readKeptDesk(id: string): Promise<unknown> {
  return (await database()).get('desks', id)
}

export async function writeKeptDesk(id: string, desk: unknown): Promise<void> {
  await (await database()).put('desks', desk, id)
}

/** Sessions kept in which somebody did something, and that no tab has open: the newest first. */
export async function recordHeads(): Promise<readonly RecordHead[]> {
  const open = new Set('locks' in navigator ? (await navigator.locks.query()).held?.map((lock) => lock.name) : [])
  const heads: RecordHead[] = []
  const index = (await database()).transaction('sessions').store.index('head')
  for (let cursor = await index.openKeyCursor(null, 'prev'); cursor !== null; cursor = await cursor.continue()) {
    const [at, scenario, seed, own] = cursor.key
    if (own > 0 && cursor.primaryKey !== held?.id && !open.has(lockOf(cursor.primaryKey))) heads.push({ id: cursor.primaryKey, at, scenario, seed, own })
  }
  return heads
}
