import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { CrossMark, middleCut, Tooltip, useText, X } from '../kit'
import { isChanged, type Draft } from '../store'

/** Longer names are cut in the middle; the whole one is in the tooltip. Characters. */
const nameMax = 22

/** What tabs do. All of it can be done with keys: arrows turn, Ctrl+Shift+arrows move, F2 renames, Delete closes. */
export interface TabActs {
  readonly onPick: (id: string) => void
  readonly onClose: (id: string) => void
  readonly onRename: (id: string, name: string) => void
  readonly onMove: (id: string, by: number) => void
}

/** The open texts: a tab each. A disc says that what is written was not applied; a cross, that something is wrong. */
export function EditorTabs({ drafts, active, problems, panelId, acts }: {
  readonly drafts: readonly Draft[]
  readonly active: string | undefined
  /** How many problems a text has that was checked. */
  readonly problems: ReadonlyMap<string, number>
  readonly panelId: string
  readonly acts: TabActs
}): ReactNode {
  const text = useText('editor')
  const [renaming, setRenaming] = useState<string>()
  const list = useRef<HTMLDivElement>(null)
  const focusOn = useRef<string>(undefined)

  useEffect(() => {
    const tab = list.current?.querySelector<HTMLElement>(`[data-draft="${active ?? ''}"]`)
    tab?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
    if (focusOn.current === active) {
      focusOn.current = undefined
      tab?.focus()
    }
  }, [active, drafts, renaming])

  const turn = (id: string | undefined): void => {
    if (id === undefined) return
    focusOn.current = id
    acts.onPick(id)
  }
  const keys = (event: KeyboardEvent, draft: Draft): void => {
    const at = drafts.indexOf(draft)
    const way = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0
    if (event.altKey || event.metaKey) return
    if (way !== 0 && event.ctrlKey && event.shiftKey) {
      focusOn.current = draft.id
      acts.onMove(draft.id, way)
    } else if (event.ctrlKey) return
    else if (way !== 0) turn(drafts[(at + way + drafts.length) % drafts.length]?.id)
    else if (event.key === 'Home') turn(drafts[0]?.id)
    else if (event.key === 'End') turn(drafts.at(-1)?.id)
    else if (event.key === 'F2') setRenaming(draft.id)
    else if (event.key === 'Delete') {
      focusOn.current = drafts[at + 1]?.id ?? drafts[at - 1]?.id
      acts.onClose(draft.id)
    } else return
    event.preventDefault()
    event.stopPropagation()
  }

  return (
    <div className="editor-tabs" role="tablist" aria-label={text('tabs')} ref={list}>
      {drafts.map((draft) => {
        const { id, name } = draft
        if (renaming === id) {
          return (
            <Rename
              key={id} name={name} label={text('rename', { name })}
              onDone={(next) => {
                focusOn.current = id
                setRenaming(undefined)
                if (next !== undefined && next !== name) acts.onRename(id, next)
              }}
            />
          )
        }
        const wrong = problems.get(id) ?? 0
        const changed = isChanged(draft)
        return (
          <Tooltip key={id} text={<>{name}<span className="editor-tab-tip">{text(changed ? 'tab.changed' : 'tab.same')} {text('tab.keys')}</span></>}>
            <button
              type="button" role="tab" id={`editor-tab-${id}`} data-draft={id} aria-selected={id === active} aria-controls={panelId} tabIndex={id === active ? 0 : -1}
              aria-keyshortcuts="Delete F2 Control+Shift+ArrowLeft Control+Shift+ArrowRight" className="editor-tab" data-passing={draft.passing === true ? '' : undefined}
              onClick={() => { acts.onPick(id) }} onDoubleClick={() => { setRenaming(id) }} onKeyDown={(event) => { keys(event, draft) }}
              onAuxClick={(event) => { if (event.button === 1) acts.onClose(id) }}
            >
              <span aria-hidden="true">{middleCut(name, nameMax)}</span>
              <span className="visually-hidden">{name}{changed ? `, ${text('tab.changed')}` : ''}{wrong > 0 ? `, ${text('problems', { count: wrong })}` : ''}</span>
              {wrong > 0 && <span className="no-text" aria-hidden="true"><CrossMark size={9} /></span>}
              <span
                className="editor-tab-end" aria-hidden="true" title={text('tab.close')} data-changed={changed ? '' : undefined}
                onClick={(event) => {
                  event.stopPropagation()
                  acts.onClose(id)
                }}
              >
                {changed && <span className="dot editor-dirty" />}<X size={13} />
              </span>
            </button>
          </Tooltip>
        )
      })}
    </div>
  )
}

function Rename({ name, label, onDone }: { readonly name: string; readonly label: string; readonly onDone: (name: string | undefined) => void }): ReactNode {
  const [value, setValue] = useState(name)
  const input = useRef<HTMLInputElement>(null)
  const done = useRef(false)
  useEffect(() => {
    input.current?.focus()
    // The name without its ending, which seldom changes.
    input.current?.setSelectionRange(0, name.lastIndexOf('.') > 0 ? name.lastIndexOf('.') : name.length)
  }, [name])
  const end = (next: string | undefined): void => {
    if (done.current) return
    done.current = true
    onDone(next === undefined || next.trim() === '' ? undefined : next.trim())
  }
  return (
    <input
      ref={input} className="editor-rename mono" aria-label={label} value={value} size={Math.max(8, value.length)} maxLength={120} spellCheck={false}
      onChange={(event) => { setValue(event.target.value) }} onBlur={() => { end(value) }}
      onKeyDown={(event) => {
        if (event.key === 'Enter') end(value)
        else if (event.key === 'Escape') end(undefined)
        else return
        event.preventDefault()
        event.stopPropagation()
      }}
    />
  )
}
