import type { Draft, Session } from '../store'
import { editor } from './monaco'

/** A text in Monaco: with what can be undone, and where its reader stood. */
interface Sheet {
  readonly model: editor.ITextModel
  view: editor.ICodeEditorViewState | null
}

/** They outlive the view of the editor: turning to the map and back loses nothing. */
const sheets = new WeakMap<Session, Map<string, Sheet>>()

function sheetsOf(session: Session): Map<string, Sheet> {
  let known = sheets.get(session)
  if (!known) sheets.set(session, known = new Map())
  return known
}

/** The model of a draft, made when it is first shown. A text that was changed elsewhere is put in as an edit, which can be undone. */
function sheetOf(session: Session, draft: Draft): Sheet {
  const known = sheetsOf(session)
  let sheet = known.get(draft.id)
  if (!sheet) known.set(draft.id, sheet = { model: editor.createModel(draft.text, 'yaml'), view: null })
  if (sheet.model.getValue() !== draft.text) sheet.model.pushEditOperations([], [{ range: sheet.model.getFullModelRange(), text: draft.text }], () => null)
  return sheet
}

/** Shows a draft in the editor: its text, its scroll, its selections. */
export function showDraft(session: Session, code: editor.IStandaloneCodeEditor, draft: Draft): void {
  const { model, view } = sheetOf(session, draft)
  if (code.getModel() === model) return
  code.setModel(model)
  if (view) code.restoreViewState(view)
}

/** Remembers where the reader of a draft stands. */
export function keepPlace(session: Session, code: editor.IStandaloneCodeEditor): void {
  const model = code.getModel()
  for (const sheet of sheetsOf(session).values()) if (sheet.model === model) sheet.view = code.saveViewState()
}

/** Whose text a model is. */
export function draftOf(session: Session, model: editor.ITextModel | null): string | undefined {
  for (const [id, sheet] of sheetsOf(session)) if (sheet.model === model) return id
  return undefined
}

/** Lets go of the texts that are closed. */
export function dropClosed(session: Session, drafts: readonly Draft[]): void {
  const known = sheetsOf(session)
  for (const [id, { model }] of known) {
    if (drafts.some((draft) => draft.id === id)) continue
    known.delete(id)
    model.dispose()
  }
}
