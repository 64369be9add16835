/** A text that is open in the editor. The terminal reads it as a file of its name. */
export interface Draft {
  /** Its own among the open ones; outlives a rename. */
  readonly id: string
  readonly name: string
  readonly text: string
  /** The text it began with, or that the server took last: any other is a change that was not applied. */
  readonly applied: string
  /** The object it was made from ("Deployment shop/web"), so that it is not opened twice. */
  readonly of?: string
  /** Opened by looking at something: the next one takes its place unless it is written in. */
  readonly passing?: boolean
}

/** The open texts in the order of their tabs. */
export interface Desk {
  readonly drafts: readonly Draft[]
  readonly active: string | undefined
}

export const emptyDesk: Desk = { drafts: [], active: undefined }

export function isChanged({ text, applied }: Draft): boolean {
  return text !== applied
}

/** A name that no other open text has: web.yaml, web-2.yaml. */
export function freeName(drafts: readonly Draft[], wanted: string, except?: string): string {
  const taken = new Set(drafts.filter(({ id }) => id !== except).map(({ name }) => name))
  const dot = wanted.lastIndexOf('.')
  const [stem, end] = dot > 0 ? [wanted.slice(0, dot), wanted.slice(dot)] : [wanted, '']
  for (let count = 1; ; count++) {
    const name = count === 1 ? wanted : `${stem}-${count}${end}`
    if (!taken.has(name)) return name
  }
}

/** Opens a text in a tab after the others and turns to it. One made from the same object and unchanged is renewed instead; a changed one is left as it is. */
export function openDraft(desk: Desk, { name, text, of, passing = false }: { readonly name: string; readonly text: string; readonly of?: string; readonly passing?: boolean }): Desk {
  const same = of === undefined ? undefined : desk.drafts.find((draft) => draft.of === of)
  if (same) {
    const renewed: Draft = isChanged(same) ? same : { ...same, text, applied: text }
    return { drafts: desk.drafts.map((draft) => (draft === same ? renewed : draft)), active: same.id }
  }
  const left = desk.drafts.filter((draft) => !(draft.passing === true && !isChanged(draft)))
  const id = `d${1 + Math.max(0, ...desk.drafts.map((draft) => Number(draft.id.slice(1)) || 0))}`
  return { drafts: [...left, { id, name: freeName(left, name), text, applied: text, ...(of === undefined ? {} : { of }), ...(passing ? { passing } : {}) }], active: id }
}

/** Changes one text. What is written in stays open. */
export function changeDraft(desk: Desk, id: string, part: Partial<Pick<Draft, 'name' | 'text' | 'applied' | 'passing'>>): Desk {
  return {
    ...desk,
    drafts: desk.drafts.map((draft) => (draft.id !== id ? draft : {
      ...draft, ...part, ...(part.name === undefined ? {} : { name: freeName(desk.drafts, part.name, id) }), ...(part.text !== undefined && part.text !== draft.text ? { passing: false } : {}),
    })),
  }
}

/** Closes a tab; the one after it is turned to, or the one before. */
export function closeDraft(desk: Desk, id: string): Desk {
  const at = desk.drafts.findIndex((draft) => draft.id === id)
  const drafts = desk.drafts.filter((draft) => draft.id !== id)
  return { drafts, active: desk.active === id ? drafts[Math.min(at, drafts.length - 1)]?.id : desk.active }
}

/** Moves a tab by so many places, as far as there are any. */
export function moveDraft(desk: Desk, id: string, by: number): Desk {
  const from = desk.drafts.findIndex((draft) => draft.id === id)
  const drafts = [...desk.drafts]
  const [moved] = drafts.splice(from, 1)
  if (!moved) return desk
  drafts.splice(Math.max(0, Math.min(drafts.length, from + by)), 0, moved)
  return { ...desk, drafts }
}

/** What was kept comes back beside what is open by now; what was only looked at makes room. */
export function mergeDesks(open: Desk, kept: Desk): Desk {
  let drafts = open.drafts.filter((draft) => draft.passing !== true || isChanged(draft))
  if (drafts.length === 0) return kept
  for (const draft of kept.drafts) {
    if (drafts.some((one) => one.name === draft.name && one.text === draft.text)) continue
    const id = `d${1 + Math.max(0, ...drafts.map((one) => Number(one.id.slice(1)) || 0))}`
    drafts = [...drafts, { ...draft, id, name: freeName(drafts, draft.name) }]
  }
  return { drafts, active: drafts.some(({ id }) => id === open.active) ? open.active : drafts[0]?.id }
}

/** A desk that was kept as data, whoever wrote it. Undefined: it is none. */
export function readDesk(value: unknown): Desk | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { drafts, active } = value as { readonly drafts?: unknown; readonly active?: unknown }
  if (!Array.isArray(drafts)) return undefined
  const good = drafts.filter((draft: unknown): draft is Draft => {
    const one = draft as Partial<Draft> | null
    return typeof one === 'object' && one !== null && /^d\d+$/.test(String(one.id)) && typeof one.name === 'string' && typeof one.text === 'string' && typeof one.applied === 'string' && (one.of === undefined || typeof one.of === 'string')
  })
  return { drafts: good, active: good.some(({ id }) => id === active) ? active as string : good[0]?.id }
}
