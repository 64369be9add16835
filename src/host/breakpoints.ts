import type { TraceRecord } from '../engine'
import type { BreakpointSpec } from '../protocol'
import { isCycle } from './chronicle'
import { changeOf, type Happening } from './run'
import { subjectOf, subjectWithResource } from './names'

/** Whether a run that was asked to stop at `spec` stops after the event that made `record`, one of `happening`'s. */
export function hits(spec: BreakpointSpec, record: TraceRecord, happening: Happening): boolean {
  const { on, subject } = spec
  const isSubject = (of: string | undefined): boolean => subject === undefined || subject === '' || subject === of
  switch (on) {
    case 'cycle': return record.type === 'begin' && isCycle(record) && isSubject(record.subject)
    case 'unschedulable':
      return (record.type === 'end' && isCycle(record) && record.facts?.['outcome'] === 'unschedulable' && isSubject(record.subject)) ||
        (record.type === 'note' && record.what === 'unschedulable' && isSubject(record.subject))
    case 'preemption': return record.type === 'note' && record.what === 'preemption' && isSubject(record.subject)
    case 'node-not-ready': return record.type === 'note' && record.what === 'node-not-ready' && isSubject(record.subject)
    case 'change':
      return record.type === 'request' && changeOf(record, happening) !== undefined &&
        (isSubject(subjectWithResource(record)) || subject === subjectOf(record))
  }
}
