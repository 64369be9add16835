import { type ApiObject, type HorizontalPodAutoscaler, type Resource } from '../../../api'
import { isFields, type Fields } from '../draft'
import type { FieldErrors } from '../field-errors'
import { kind as define, type Kind, type KindDefinition, type KindView } from './kind'
import { horizontalPodAutoscalers } from './autoscaling'
import { events } from './core/events'

// Kinds that are served in more than one form. What is stored is the form of the table.

/** Renames members; `undefined` members stay away. */
function renamed(object: Fields, names: Readonly<Record<string, string>>): Fields {
  const out: Fields = {}
  for (const key of Object.keys(object)) if (object[key] !== undefined) out[Object.hasOwn(names, key) ? names[key] as string : key] = object[key]
  return out
}

const toNewEvent: Record<string, string> = {
  involvedObject: 'regarding', message: 'note', source: 'deprecatedSource', firstTimestamp: 'deprecatedFirstTimestamp', lastTimestamp: 'deprecatedLastTimestamp',
  count: 'deprecatedCount', reportingComponent: 'reportingController',
}
const toOldEvent = Object.fromEntries(Object.entries(toNewEvent).map(([old, now]) => [now, old]))
const eventTypes = ['Normal', 'Warning']

/** events.k8s.io/v1, the newer face of Events. Upstream: pkg/apis/events/v1/conversion.go, core/validation/events.go. */
function eventView(stored: () => Kind): KindView {
  return {
    stored,
    toStored: (object) => ({ ...renamed(object, toOldEvent), apiVersion: 'v1', kind: 'Event' }),
    fromStored(object) {
      const out = renamed(object as unknown as Fields, toNewEvent)
      if (out['reportingController'] === '') delete out['reportingController']
      if (out['reportingInstance'] === '') delete out['reportingInstance']
      // A source that says nothing is still written, as a struct.
      return { ...out, apiVersion: 'events.k8s.io/v1', kind: 'Event' } as unknown as ApiObject
    },
    selectorField: (field) => (field.startsWith('regarding.') ? `involvedObject.${field.slice('regarding.'.length)}` : field === 'reportingController' ? 'reportingComponent' : field),
    validateCreate(object, errors: FieldErrors) {
      const text = (field: string): string => (typeof object[field] === 'string' ? object[field] : '')
      if (text('eventTime') === '') {
        errors.required('eventTime')
        if (!eventTypes.includes(text('type'))) errors.invalid('type', text('type'), `has invalid value: ${text('type')}`)
        return
      }
      if (text('reportingController') === '') errors.required('reportingController')
      if (text('reportingInstance') === '') errors.required('reportingInstance')
      if (text('action') === '') errors.required('action')
      if (text('reason') === '') errors.required('reason')
      if (!eventTypes.includes(text('type'))) errors.invalid('type', text('type'), `has invalid value: ${text('type')}`)
      const deprecated: [string, string][] = [['deprecatedFirstTimestamp', 'deprecatedFirstTimestamp'], ['deprecatedLastTimestamp', 'deprecatedLastTimestamp'], ['deprecatedCount', 'deprecatedCount']]
      for (const [field, path] of deprecated) if (object[field] !== undefined && object[field] !== null) errors.invalid(path, object[field], 'needs to be unset')
    },
  }
}

/** autoscaling/v1: CPU utilisation alone; other metrics travel in an annotation. Upstream: pkg/apis/autoscaling/v1/conversion.go. */
function autoscalerView(stored: () => Kind): KindView {
  const metricsAnnotation = 'autoscaling.alpha.kubernetes.io/metrics'
  return {
    stored,
    toStored(object) {
      const spec = isFields(object['spec']) ? object['spec'] : undefined
      const metadata = isFields(object['metadata']) ? object['metadata'] : {}
      const annotations = isFields(metadata['annotations']) ? { ...metadata['annotations'] } : undefined
      const others: unknown = annotations?.[metricsAnnotation]
      if (annotations !== undefined) delete annotations[metricsAnnotation]
      const { targetCPUUtilizationPercentage, ...rest } = spec ?? {}
      const metrics: unknown[] = []
      if (targetCPUUtilizationPercentage !== undefined) metrics.push({ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: targetCPUUtilizationPercentage } } })
      if (typeof others === 'string') {
        try {
          const parsed: unknown = JSON.parse(others)
          if (Array.isArray(parsed)) metrics.push(...parsed)
        } catch {
          // Not ours: a note nobody can read changes nothing.
        }
      }
      const { status: _, ...out } = object
      return {
        ...out, apiVersion: 'autoscaling/v2', ...(object['kind'] === undefined ? {} : { kind: 'HorizontalPodAutoscaler' }),
        ...(object['metadata'] === undefined ? {} : { metadata: { ...metadata, ...(annotations === undefined ? {} : { annotations }) } }),
        ...(spec === undefined ? {} : { spec: { ...rest, ...(metrics.length > 0 ? { metrics } : {}) } }),
      }
    },
    fromStored(object) {
      const autoscaler = object as unknown as HorizontalPodAutoscaler
      const isCpu = (metric: { readonly resource?: { readonly name: string; readonly target: { readonly averageUtilization?: number } } }): boolean => metric.resource?.name === 'cpu' && metric.resource.target.averageUtilization !== undefined
      const cpu = autoscaler.spec?.metrics?.find(isCpu)
      const others = (autoscaler.spec?.metrics ?? []).filter((metric) => metric !== cpu)
      const { metrics: _m, behavior: _b, ...spec } = autoscaler.spec ?? { scaleTargetRef: { kind: '', name: '' }, maxReplicas: 0 }
      const { currentMetrics = [], conditions: _c, ...status } = autoscaler.status ?? { desiredReplicas: 0 }
      const current = (currentMetrics ?? []).find((metric) => metric.resource?.name === 'cpu')?.resource?.current.averageUtilization
      const target = cpu?.resource?.target.averageUtilization
      return {
        ...object, apiVersion: 'autoscaling/v1',
        metadata: others.length === 0 ? object.metadata : { ...object.metadata, annotations: { ...object.metadata.annotations, [metricsAnnotation]: JSON.stringify(others) } },
        spec: { ...spec, ...(target === undefined ? {} : { targetCPUUtilizationPercentage: target }) },
        status: { currentReplicas: 0, ...status, ...(current === undefined ? {} : { currentCPUUtilizationPercentage: current }) },
      }
    },
  }
}

/** A version of a custom kind other than the stored one: the same object under another name. */
export function versionView(stored: () => Kind, resource: Resource): KindView {
  const apiVersion = (of: Resource): string => `${of.group}/${of.version}`
  return {
    stored,
    toStored: (object) => ({ ...object, apiVersion: apiVersion(stored().resource) }),
    fromStored: (object) => ({ ...object, apiVersion: apiVersion(resource) }),
  }
}

/** Views of built-in kinds; `stored` finds a kind of the table by group, version and plural. */
export function viewDefinitions(stored: (group: string, version: string, plural: string) => Kind): readonly KindDefinition<ApiObject>[] {
  const of = (definition: KindDefinition<ApiObject>, resource: Partial<Resource>, type: string, view: KindView): KindDefinition<ApiObject> => {
    const { setDefaults: _d, validate: _v, validateUpdate: _u, prepareForCreate: _p, ...rest } = definition
    return define<ApiObject>({ ...rest, resource: { ...definition.resource, ...resource }, type, view })
  }
  return [
    of(events, { group: 'events.k8s.io' }, 'events.v1.Event', eventView(() => stored('', 'v1', 'events'))),
    of(horizontalPodAutoscalers, { version: 'v1' }, 'autoscaling.v1.HorizontalPodAutoscaler', autoscalerView(() => stored('autoscaling', 'v2', 'horizontalpodautoscalers'))),
  ]
}
