import { resources, type Event } from '../../../../api'
import { kind } from '../kind'
import { validateEvent } from './validation'
import { nameColumn, text } from '../print'

/** Upstream: pkg/registry/core/event. */
export const events = kind<Event>({
  resource: resources.events,
  type: 'core.v1.Event',
  createOnUpdate: true,
  garbageCollection: 'unsupported',
  selectableFields: {
    'involvedObject.kind': (event) => event.involvedObject.kind ?? '',
    'involvedObject.namespace': (event) => event.involvedObject.namespace ?? '',
    'involvedObject.name': (event) => event.involvedObject.name ?? '',
    'involvedObject.uid': (event) => event.involvedObject.uid ?? '',
    'involvedObject.apiVersion': (event) => event.involvedObject.apiVersion ?? '',
    'involvedObject.resourceVersion': (event) => event.involvedObject.resourceVersion ?? '',
    'involvedObject.fieldPath': (event) => event.involvedObject.fieldPath ?? '',
    reason: (event) => event.reason ?? '',
    reportingComponent: (event) => event.reportingComponent ?? '',
    source: (event) => event.source?.component ?? event.reportingComponent ?? '',
    type: (event) => event.type ?? '',
  },
  legacyFieldLabels: true,
  validate: validateEvent,
  columns: [
    text('Last Seen'), text('Type'), text('Reason'), text('Object'), text('Subobject', 1), text('Source', 1), text('Message'), text('First Seen', 1), text('Count', 1),
    { ...nameColumn, priority: 1 },
  ],
  cells(event, age) {
    const since = (time: string | undefined | null): string | undefined => time ?? undefined
    let firstSeen = age(since(event.firstTimestamp))
    if (since(event.firstTimestamp) === undefined) firstSeen = age(since(event.eventTime))
    let lastSeen = age(since(event.lastTimestamp))
    if (since(event.lastTimestamp) === undefined) lastSeen = firstSeen
    let count = event.count ?? 0
    if (event.series !== undefined) {
      lastSeen = age(since(event.series.lastObservedTime))
      count = event.series.count ?? 0
    } else if (count === 0) count = 1
    const { kind: kindName = '', name = '' } = event.involvedObject
    const component = event.source?.component ?? event.reportingComponent ?? ''
    const host = event.source?.host ?? ''
    return [
      lastSeen, event.type ?? '', event.reason ?? '', name === '' ? kindName.toLowerCase() : `${kindName.toLowerCase()}/${name}`, event.involvedObject.fieldPath ?? '',
      host === '' ? component : `${component}, ${host}`, (event.message ?? '').trim(), firstSeen, count, event.metadata.name ?? '',
    ]
  },
})
