import type { ApiObject, Status } from '../../api'
import { readManifests, writeYaml, type ManifestDocument, type Manifests } from '../../manifest'
import type { AppliedObject } from '../../protocol'
import { distance } from './place'
import { fieldFixes } from './suggest'

/** Something wrong with the text, where it stands. Lines and columns from 1. */
export interface Problem {
  readonly line: number
  readonly column: number
  readonly endLine: number
  readonly endColumn: number
  /** "Unsupported value": what kind of wrong, in the server's words; empty when the message says it all. */
  readonly head: string
  readonly message: string
  readonly field?: string
  /** Values that would do instead, likeliest first. */
  readonly fixes: readonly string[]
  /** The manager that holds the field: it can be taken over. */
  readonly conflict?: string
}

/** Problems of the text itself, before any server is asked. */
export function textProblems({ problems }: Manifests): readonly Problem[] {
  return problems.map((problem) => ({
    line: problem.line, column: problem.column, endLine: problem.line, endColumn: problem.column + 1, head: '', message: problem.message, fixes: [],
    ...(problem.field === undefined ? {} : { field: problem.field }),
  }))
}

/** What the server refused, put at the fields it named. `applied` is in the order of the documents. */
export function serverProblems(documents: readonly ManifestDocument[], applied: readonly AppliedObject[]): readonly Problem[] {
  return applied.flatMap((result, index) => {
    const document = documents[index]
    if (result.outcome !== 'refused' || !document) return []
    const causes = result.status?.details?.causes ?? []
    if (causes.length === 0) {
      const message = result.status?.message ?? result.status?.reason ?? ''
      const typed = decodingProblems(document.object, message)
      return typed.length === 0 ? [problemAt(document, undefined, message)] : typed.map(({ field, message: words, unknown }) => ({
        ...problemAt(document, field, words, unknown ? 'key' : undefined), fixes: unknown ? fieldFixes(document.object.apiVersion ?? '', document.object.kind ?? '', field) : [],
      }))
    }
    if (isConflict(result.status)) return []
    return causes.map((cause) => problemAt(document, cause.field, cause.message ?? cause.reason ?? ''))
  }).map((problem, _, all) => {
    // A field can be refused twice, by two lists of what it may be: only what stands in both would do.
    const lists = all.filter((other) => other.field === problem.field && other.line === problem.line && other.fixes.length > 0)
    return lists.length < 2 ? problem : { ...problem, fixes: problem.fixes.filter((fix) => lists.every((other) => other.fixes.includes(fix))) }
  })
}

/** What a decoding or an apply found wrong, of its whole message: fields that nobody knows, fields and items written twice, values of another type. */
function decodingProblems(object: ApiObject, message: string): readonly { readonly field: string; readonly message: string; readonly unknown: boolean }[] {
  const strict = [...message.matchAll(/(unknown|duplicate) field "([^"]+)"/g)].map(([words, what, field = '']) => ({ field, message: words, unknown: what === 'unknown' }))
  // An apply names items by their keys, and says each of its errors in a line of its own.
  const typed = /failed to create typed patch object \([^)]*\):([^]*)/.exec(message)?.[1] ?? ''
  const lines = [...typed.matchAll(/^\s*(?:errors:\s*)?((?:\.[\w/-]+|\[[^\]]*\])+): (.+)$/gm)].map(([, path = '', words = '']) => {
    const field = withIndexes(object, path)
    const unknown = words.startsWith('field not declared in schema')
    return { field, message: unknown ? `unknown field "${field}"` : words, unknown }
  })
  return [...strict, ...lines]
}

/** A field that another manager set: applying another value would take it away from that manager. */
export interface Conflict {
  /** Of which document, from 0. */
  readonly index: number
  readonly field: string
  readonly manager: string
}

function isConflict(status: Status | undefined): boolean {
  return status?.details?.causes?.some((cause) => cause.reason === 'FieldManagerConflict') ?? false
}

/**
 * The conflicts of an apply that did not force, with managers other than the person's own: what the person wrote with another verb
 * before is theirs, as for kubectl, which takes it over without asking.
 */
export function conflictsOf(documents: readonly ManifestDocument[], applied: readonly AppliedObject[]): readonly Conflict[] {
  return applied.flatMap(({ status }, index) => (status?.details?.causes ?? []).flatMap((cause) => {
    const manager = cause.reason === 'FieldManagerConflict' ? /^conflict with "([^"]+)"/.exec(cause.message ?? '')?.[1] : undefined
    const object = documents[index]?.object
    return manager === undefined || manager === 'kubectl' || !object ? [] : [{ index, field: withIndexes(object, cause.field ?? ''), manager }]
  }))
}

/** Did an apply that did not force meet any conflict? */
export function metConflict(applied: readonly AppliedObject[]): boolean {
  return applied.some(({ status }) => isConflict(status))
}

/** Conflicts at the fields they are about. */
export function conflictProblems(documents: readonly ManifestDocument[], conflicts: readonly Conflict[]): readonly Problem[] {
  return conflicts.flatMap(({ index, field, manager }) => {
    const document = documents[index]
    return document ? [{ ...problemAt(document, field, `conflict with "${manager}"`), head: 'Conflict', message: `with "${manager}"`, conflict: manager }] : []
  })
}

/** `.spec.containers[name="a"].imagee` as spec.containers[0].imagee. */
function withIndexes(object: ApiObject, path: string): string {
  let at: unknown = object
  let text = ''
  for (const [, name, step = ''] of path.matchAll(/\.([\w/-]+)|\[([^\]]*)\]/g)) {
    if (name !== undefined) {
      at = (at as Record<string, unknown> | undefined)?.[name]
      text += text === '' ? name : `.${name}`
      continue
    }
    const keys = [...step.matchAll(/(\w+)=("(?:[^"\\]|\\.)*"|[^,]+)/g)]
    const index = /^\d+$/.test(step) ? Number(step) : Array.isArray(at)
      ? at.findIndex((item: unknown) => keys.every(([, key = '', value]) => { const has = (item as Record<string, unknown> | null)?.[key]; return has === undefined || JSON.stringify(has) === value }))
      : -1
    at = Array.isArray(at) ? at[index] : undefined
    text += `[${Math.max(0, index)}]`
  }
  return text
}

function problemAt(document: ManifestDocument, field: string | undefined, message: string, what?: 'key'): Problem {
  // A key that should not be there is marked itself, not its value.
  const place = field === undefined || field === '' || field === '<nil>'
    ? { line: document.source.line, column: 1, endLine: document.source.line, endColumn: 1000 }
    : document.positionOf(field, what ?? (/^(Forbidden|Unknown)|unknown field/i.test(message) ? 'key' : 'value'))
  const colon = /^([A-Z][A-Za-z ]{2,30}): (.+)$/s.exec(message)
  return {
    line: place.line, column: place.column, endLine: place.endLine, endColumn: place.endColumn,
    head: colon?.[1] ?? '', message: colon?.[2] ?? message, fixes: fixesOf(message), ...(field === undefined ? {} : { field }),
  }
}

/** `Unsupported value: "Sometimes": supported values: "Always", "Never"`: the supported ones, the most alike first. */
export function fixesOf(message: string): readonly string[] {
  const match = /^Unsupported value: (".*?"|\S+): supported values: (.+)$/s.exec(message)
  if (!match) return []
  const wrong = unquoted(match[1] ?? '')
  const values = [...(match[2] ?? '').matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((value) => value[1] ?? '').filter((value) => value !== '')
  return values.map((value, index) => ({ value, index, far: distance(wrong.toLowerCase(), value.toLowerCase()) })).sort((a, b) => a.far - b.far || a.index - b.index).map(({ value }) => value)
}

function unquoted(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1) : text
}

/** The file as read; the name stands in problems. */
export function readText(text: string, name: string): Manifests {
  return readManifests(text, { file: name })
}

/** A live object as YAML, without managedFields and status unless they are asked for. */
export function storedText(object: ApiObject, whole: boolean): string {
  if (whole) return writeYaml(object)
  const { managedFields: _m, ...metadata } = object.metadata
  const { status: _status, ...rest } = object
  return writeYaml({ ...rest, metadata })
}

/** The part of a file that a document stands in, as it is written. */
export function writtenText(text: string, document: ManifestDocument): string {
  const lines = text.split('\n')
  let from = Math.max(0, document.source.line - 1)
  while (from > 0 && !/^---(\s|$)/.test(lines[from - 1] ?? '')) from--
  let to = document.source.line
  while (to < lines.length && !/^(---|\.\.\.)(\s|$)/.test(lines[to] ?? '')) to++
  return `${lines.slice(from, to).join('\n').trimEnd()}\n`
}

/** A live object as a person would write it: without what only the server may set. */
export function editable(object: ApiObject): string {
  const { managedFields: _m, resourceVersion: _r, uid: _u, creationTimestamp: _c, generation: _g, selfLink: _s, ...metadata } = object.metadata as typeof object.metadata & { readonly selfLink?: string }
  const { status: _status, ...rest } = object
  return writeYaml({ ...rest, metadata })
}

/** "deployment.apps/web" and the like in a sentence: the first refusal of an answer. */
export function firstRefusal(applied: readonly AppliedObject[]): { readonly what: string; readonly status: Status | undefined } | undefined {
  const refused = applied.find((result) => result.outcome === 'refused')
  return refused && { what: refused.what, status: refused.status }
}
