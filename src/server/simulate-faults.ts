import { parseDuration, parseFault, type FaultRequest } from '../api'
import type { Cluster } from '../engine'
import { durationText } from './duration'
import type { InputFile } from './read-files'

/** A fault of a run, where it was written, and its moment: virtual ms after the files were loaded. */
export interface PlannedFault {
  readonly at: number
  readonly fault: FaultRequest
  /** "--fault" or "faults.txt:3": where to say that it is wrong. */
  readonly where: string
}

/** What became of it, for the report. Times in virtual ms of the run. */
export interface FaultRow {
  readonly what: string
  readonly on: boolean
  readonly at: number
  /** When it healed by itself or was healed; null: it is broken still. A heal and a restart have none. */
  readonly healedAt?: number | null
}

/** "at=30s kill node-b for=60s": without at= at once. Errors are lines that begin with `where`. */
function readLine(text: string, where: string): PlannedFault | string {
  const words = text.trim().split(/\s+/)
  const moments = words.filter((word) => word.startsWith('at='))
  if (moments.length > 1) return `${where}: at= is said twice`
  const at = moments[0] === undefined ? 0 : parseDuration(moments[0].slice('at='.length))
  if (at === undefined) return `${where}: ${moments[0] ?? ''}: a duration like 30s or 2m is expected`
  const read = parseFault(words.filter((word) => !word.startsWith('at=')))
  return read.ok ? { at, fault: read.fault, where } : `${where}: ${read.message}`
}

/** The faults of `--fault` and of files with one a line; "#" begins a remark. In the order of their moments. */
export function readFaults(lines: readonly string[], files: readonly InputFile[]): { readonly faults: readonly PlannedFault[]; readonly problems: readonly string[] } {
  const read = [
    ...lines.map((line) => readLine(line, '--fault')),
    ...files.flatMap(({ name, text }) => text.split(/\r?\n/).flatMap((line, index) => {
      const said = line.replace(/(^|\s)#.*$/, '').trim()
      return said === '' ? [] : [readLine(said, `${name}:${index + 1}`)]
    })),
  ]
  const faults = read.filter((one): one is PlannedFault => typeof one !== 'string')
  return { faults: faults.map((fault, index) => ({ fault, index })).sort((a, b) => a.fault.at - b.fault.at || a.index - b.index).map(({ fault }) => fault), problems: read.filter((one) => typeof one === 'string') }
}

/** Lets them happen, each at its moment, and goes on to the last time something heals by itself. `endMs`: not further than that. */
export function liveThrough(cluster: Cluster, faults: readonly PlannedFault[], endMs: number | undefined): { readonly problems: readonly string[]; readonly rows: () => readonly FaultRow[] } {
  const { simulation } = cluster
  const start = simulation.now
  const problems: string[] = []
  const rows: { what: string; on: boolean; at: number; healedAt?: number | null }[] = []
  simulation.setTraceListener((record) => {
    if (record.type !== 'note' || record.from !== 'faults') return
    const what = record.subject ?? ''
    if (record.what === 'fault-begins') rows.push({ what, on: true, at: record.at, ...(record.facts?.['kind'] === 'runtime' ? {} : { healedAt: null }) })
    else if (record.what === 'fault-ends') {
      const row = rows.findLast((each) => each.what === what && each.healedAt === null)
      if (row !== undefined) row.healedAt = record.at
    }
  })
  let last = start
  for (const { at, fault, where } of faults) {
    if (endMs !== undefined && at > endMs) {
      problems.push(`${where}: at=${durationText(at)} is after the end of the run, ${durationText(endMs)}`)
      continue
    }
    simulation.run({ until: start + at })
    const answer = cluster.fault(fault)
    if (!answer.ok) problems.push(`${where}: ${answer.message}`)
    else last = Math.max(last, simulation.now + (fault.forMs ?? 0))
  }
  if (problems.length === 0) simulation.run({ until: endMs === undefined ? Math.max(last, simulation.now) : Math.min(last, start + endMs) })
  return { problems, rows: () => rows }
}

/** "node node-b   at 30s, healed at 1m30s". */
export function faultRowCells({ what, at, healedAt }: FaultRow): readonly string[] {
  return [what, durationText(at), healedAt === undefined ? '-' : healedAt === null ? 'still broken' : durationText(healedAt)]
}
