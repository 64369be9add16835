import { mergeDesks, readDesk, type Session } from '../store'
import { readKeptDesk, tabSession, writeKeptDesk } from './records'

/** After the last key so long passes before the texts are written down. Real milliseconds. */
const restMs = 300

/** Puts back what was open in the editor in a session of this browser. */
export async function openDesk(session: Session, id: string): Promise<void> {
  const desk = readDesk(await readKeptDesk(id).catch(() => undefined))
  if (desk && desk.drafts.length > 0) session.desk.setState(mergeDesks(session.desk.getState(), desk), true)
}

/** Keeps what is open in the editor, under the name of this tab's session. `again` writes it under the name the session has by now. */
export function startKeepingDesk(session: Session): { readonly again: () => void; readonly stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined
  const write = (): void => {
    clearTimeout(timer)
    timer = undefined
    // Where nothing can be kept that is said once, of the session itself.
    void tabSession().then(({ id }) => writeKeptDesk(id, session.desk.getState())).catch(() => undefined)
  }
  const flush = (): void => { if (timer !== undefined) write() }
  const stop = session.desk.subscribe(() => {
    clearTimeout(timer)
    timer = setTimeout(write, restMs)
  })
  addEventListener('pagehide', flush)
  document.addEventListener('visibilitychange', flush)
  return {
    again: write,
    stop: () => {
      flush()
      stop()
      removeEventListener('pagehide', flush)
      document.removeEventListener('visibilitychange', flush)
    },
  }
}
