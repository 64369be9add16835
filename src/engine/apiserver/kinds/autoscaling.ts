import { resources, type HorizontalPodAutoscaler, type MetricSpec, type MetricStatus, type MetricTarget, type MetricValueStatus } from '../../../api'
import type { Draft } from '../draft'
import { validateAutoscaler } from './autoscaling-validation'
import { kind } from './kind'
import { ageColumn, nameColumn, text } from './print'

function amount(value: MetricValueStatus | undefined, target: MetricTarget): string {
  if (target.averageUtilization !== undefined) return value?.averageUtilization === undefined ? '<unknown>' : `${value.averageUtilization}%`
  const found = target.averageValue !== undefined ? value?.averageValue : value?.value
  return found === undefined ? '<unknown>' : String(found)
}

function targetText(target: MetricTarget): string {
  if (target.averageUtilization !== undefined) return `${target.averageUtilization}%`
  if (target.averageValue !== undefined) return `${String(target.averageValue)} (avg)`
  return String(target.value ?? '<unset>')
}

/** Upstream: printers, formatHPAMetrics. */
function metricsText(specs: readonly MetricSpec[], statuses: readonly MetricStatus[]): string {
  if (specs.length === 0) return '<none>'
  const shown: string[] = []
  specs.forEach((spec, i) => {
    const status = statuses[i]
    const source = spec.resource ?? spec.containerResource ?? spec.pods ?? spec.object ?? spec.external
    if (source === undefined) {
      shown.push('<unknown type>')
      return
    }
    const current = status?.resource ?? status?.containerResource ?? status?.pods ?? status?.object ?? status?.external
    const line = `${amount(current?.current, source.target)}/${targetText(source.target)}`
    const name = spec.resource?.name ?? spec.containerResource?.name
    shown.push(name === undefined ? line : `${name}: ${line}`)
  })
  return shown.length > 2 ? `${shown.slice(0, 2).join(', ')} + ${shown.length - 2} more...` : shown.join(', ')
}

const defaultPolicies = (): Draft<NonNullable<NonNullable<NonNullable<HorizontalPodAutoscaler['spec']>['behavior']>['scaleUp']>> => ({
  selectPolicy: 'Max', stabilizationWindowSeconds: 0, policies: [{ type: 'Pods', value: 4, periodSeconds: 15 }, { type: 'Percent', value: 100, periodSeconds: 15 }],
})

export const horizontalPodAutoscalers = kind<HorizontalPodAutoscaler>({
  resource: resources.horizontalpodautoscalers,
  type: 'autoscaling.v2.HorizontalPodAutoscaler',
  generation: true,
  status: true,
  statusResetFields: [['spec']],
  setDefaults(object) {
    const spec = object.spec
    if (spec === undefined) return
    spec.minReplicas ??= 1
    if ((spec.metrics?.length ?? 0) === 0) {
      spec.metrics = [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }]
    }
    if (spec.behavior !== undefined) {
      if (spec.behavior.scaleUp !== undefined) spec.behavior.scaleUp = { ...defaultPolicies(), ...spec.behavior.scaleUp }
      else spec.behavior.scaleUp = defaultPolicies()
      const down = spec.behavior.scaleDown ??= {}
      down.selectPolicy ??= 'Max'
      down.policies ??= [{ type: 'Percent', value: 100, periodSeconds: 15 }]
    }
  },
  validate: validateAutoscaler,
  columns: [nameColumn, text('Reference'), text('Targets'), text('MinPods'), text('MaxPods'), text('Replicas'), ageColumn],
  cells: ({ metadata, spec, status }, age) => [
    metadata.name ?? '', `${spec?.scaleTargetRef.kind ?? ''}/${spec?.scaleTargetRef.name ?? ''}`, metricsText(spec?.metrics ?? [], status?.currentMetrics ?? []),
    spec?.minReplicas === undefined ? '<unset>' : String(spec.minReplicas), spec?.maxReplicas ?? 0, status?.currentReplicas ?? 0, age(metadata.creationTimestamp),
  ],
})
