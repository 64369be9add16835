import { writeAddress, type Session } from '../store'
import type { Text } from '../kit'

/** Puts a link to the moment on show on the clipboard, and says so in the caption. */
export async function copyLink(session: Session, text: Text): Promise<void> {
  const link = `${location.origin}${location.pathname}${writeAddress(session.view.getState(), session.ui.getState())}`
  try {
    await navigator.clipboard.writeText(link)
    session.ui.setState({ notice: { text: text('shared'), tone: 'plain' } })
  } catch {
    session.ui.setState({ notice: { text: text('shareFailed', { link }), tone: 'no' } })
  }
}
