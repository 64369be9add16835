import { resources, type LimitRange, type ResourceQuota } from '../../../../api'
import { kind } from '../kind'
import { validateLimitRange, validateResourceQuota, validateResourceQuotaStatus, validateResourceQuotaUpdate } from './validation'
import { ageColumn, nameColumn, text } from '../print'

export const resourceQuotas = kind<ResourceQuota>({
  resource: resources.resourcequotas,
  type: 'core.v1.ResourceQuota',
  status: true,
  statusResetFields: [['spec']],
  returnsDeleted: true,
  validate: validateResourceQuota,
  validateUpdate: validateResourceQuotaUpdate,
  validateStatus: validateResourceQuotaStatus,
  columns: [nameColumn, text('Request'), text('Limit'), ageColumn],
  cells({ metadata, status }, age) {
    const requests: string[] = []
    const limits: string[] = []
    for (const name of Object.keys(status?.hard ?? {}).sort()) {
      const shown = `${name}: ${String(status?.used?.[name] ?? '0')}/${String(status?.hard?.[name] ?? '0')}`
      if (name.startsWith('limits')) limits.push(shown)
      else requests.push(shown)
    }
    return [metadata.name ?? '', requests.join(', '), limits.join(', '), age(metadata.creationTimestamp)]
  },
})

export const limitRanges = kind<LimitRange>({
  resource: resources.limitranges,
  createOnUpdate: true,
  type: 'core.v1.LimitRange',
  setDefaults(range) {
    for (const limit of range.spec?.limits ?? []) {
      if (limit.type !== 'Container') continue
      // What is not said follows from what is: limit from max, request from limit, then from min. Upstream: SetDefaults_LimitRangeItem.
      const limits: Record<string, string | number> = { ...limit.default }
      for (const [name, amount] of Object.entries(limit.max ?? {})) if (!Object.hasOwn(limits, name)) limits[name] = amount
      const requests: Record<string, string | number> = { ...limit.defaultRequest }
      for (const [name, amount] of Object.entries(limits)) if (!Object.hasOwn(requests, name)) requests[name] = amount
      for (const [name, amount] of Object.entries(limit.min ?? {})) if (!Object.hasOwn(requests, name)) requests[name] = amount
      if (Object.keys(limits).length > 0) limit.default = limits
      if (Object.keys(requests).length > 0) limit.defaultRequest = requests
    }
  },
  validate: validateLimitRange,
  columns: [nameColumn, { name: 'Created At', type: 'date' }],
  cells: ({ metadata }) => [metadata.name ?? '', metadata.creationTimestamp ?? ''],
})
