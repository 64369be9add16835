import { openDB, type DBSchema, type IDBPDatabase } from 'idb'

/** One session as it was last saved. */
export interface SessionRecord {
  readonly id: string
  readonly scenario: string
  readonly seed: number
  readonly saved: string
  /** Wall clock of the save: the oldest go first. */
  readonly at: number
}

interface Schema extends DBSchema {
  sessions: { key: string; value: SessionRecord; indexes: { at: number } }
}

/** Sessions of so many tabs are kept. */
const recordsMax = 12
const tabKey = 'berth.session'

let opened: Promise<IDBPDatabase<Schema>> | undefined

function database(): Promise<IDBPDatabase<Schema>> {
  opened ??= openDB<Schema>('berth', 1, {
    upgrade(db) {
      db.createObjectStore('sessions', { keyPath: 'id' }).createIndex('at', 'at')
    },
  })
  return opened
}

/** This tab's name for its session; it outlives a reload and a crash, not the tab. */
export function tabId(): string {
  try {
    let id = sessionStorage.getItem(tabKey)
    if (id === null) {
      id = crypto.randomUUID()
      sessionStorage.setItem(tabKey, id)
    }
    return id
  } catch {
    return 'this-tab' // storage is shut: a reload begins anew
  }
}

export async function readRecord(id: string): Promise<SessionRecord | undefined> {
  return (await database()).get('sessions', id)
}

export async function writeRecord(record: SessionRecord): Promise<void> {
  const db = await database()
  const transaction = db.transaction('sessions', 'readwrite')
  await transaction.store.put(record)
  let over = (await transaction.store.count()) - recordsMax
  for (let cursor = await transaction.store.index('at').openCursor(); cursor !== null && over > 0; cursor = await cursor.continue()) {
    await cursor.delete()
    over--
  }
  await transaction.done
}
