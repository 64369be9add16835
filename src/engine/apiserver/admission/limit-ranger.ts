import { milliValue, quantityValue, type Container, type LimitRange, type LimitRangeItem, type PersistentVolumeClaim, type Pod } from '../../../api'
import type { Draft } from '../draft'
import { forbidden } from '../errors'
import type { Kind } from '../kinds/kind'
import { podTotal } from '../kinds/pod/resources'
import { compareAmounts, type Amounts } from '../quantities'
import { isPod, isResource, type AdmissionPlugin, type AdmissionWorld, type Attributes } from './plugin'

const annotation = 'kubernetes.io/limit-ranger'

/** Containers get the namespace's defaults, and may not leave its limits. Upstream: plugin/pkg/admission/limitranger. */
export const limitRanger: AdmissionPlugin = {
  name: 'LimitRanger',

  admit(attributes, world) {
    if (attributes.operation !== 'CREATE' || !isPod(attributes)) return
    for (const range of rangesOf(attributes, world)) setDefaults(attributes.object as unknown as Draft<Pod>, range)
  },

  validate(attributes, world) {
    const pod = isPod(attributes) && attributes.operation === 'CREATE'
    const claim = attributes.subresource === '' && isResource(attributes, '', 'persistentvolumeclaims') && attributes.operation !== 'DELETE'
    if (!pod && !claim) return
    for (const range of rangesOf(attributes, world)) {
      const problems = pod ? podProblems(attributes.object as unknown as Pod, range) : claimProblems(attributes.object as unknown as PersistentVolumeClaim, range)
      const [first] = problems
      if (first === undefined) continue
      throw forbidden(attributes.kind.resource, attributes.name, problems.length === 1 ? first : `[${problems.join(', ')}]`)
    }
  },
}

function rangesOf(attributes: Attributes, world: AdmissionWorld): readonly LimitRange[] {
  return world.storage.few(world.kinds.ofPath('', 'v1', 'limitranges') as Kind, attributes.namespace) as unknown as readonly LimitRange[]
}

function setDefaults(pod: Draft<Pod>, range: LimitRange): void {
  const requests: Record<string, string | number> = {}
  const limits: Record<string, string | number> = {}
  for (const item of range.spec?.limits ?? []) {
    if (item.type !== 'Container') continue
    Object.assign(requests, item.defaultRequest)
    Object.assign(limits, item.default)
  }
  const notes: string[] = []
  const fill = (container: Draft<Container>, what: string): void => {
    const resources = container.resources ??= {}
    const set = (defaults: Amounts, of: 'requests' | 'limits'): string[] => {
      const have: Record<string, string | number> = { ...resources[of] }
      const added = Object.keys(defaults).filter((name) => !Object.hasOwn(have, name)).sort()
      for (const name of added) have[name] = defaults[name] as string | number
      if (Object.keys(have).length > 0) resources[of] = have
      return added
    }
    const setLimits = set(limits, 'limits')
    const setRequests = set(requests, 'requests')
    if (setRequests.length > 0) notes.push(`${setRequests.join(', ')} request for ${what} ${container.name}`)
    if (setLimits.length > 0) notes.push(`${setLimits.join(', ')} limit for ${what} ${container.name}`)
  }
  for (const container of pod.spec?.containers ?? []) fill(container, 'container')
  for (const container of pod.spec?.initContainers ?? []) fill(container, 'init container')
  if (notes.length > 0) pod.metadata.annotations = { ...pod.metadata.annotations, [annotation]: `LimitRanger plugin set: ${notes.join('; ')}` }
}

function podProblems(pod: Pod, range: LimitRange): string[] {
  const problems: string[] = []
  const spec = pod.spec
  if (spec === undefined) return problems
  for (const item of range.spec?.limits ?? []) {
    if (item.type === 'Container') {
      for (const container of [...spec.containers, ...spec.initContainers ?? []]) check(item, container.resources?.requests ?? {}, container.resources?.limits ?? {}, problems)
    } else if (item.type === 'Pod') check(item, podTotal(spec, 'requests'), podTotal(spec, 'limits'), problems)
  }
  return problems
}

const entries = (amounts: LimitRangeItem['min']): [string, string | number][] => Object.entries(amounts ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))

function check(item: LimitRangeItem, requests: Amounts, limits: Amounts, problems: string[]): void {
  for (const [name, bound] of entries(item.min)) {
    const head = `minimum ${name} usage per ${item.type} is ${String(bound)}`
    if (requests[name] === undefined) problems.push(`${head}.  No request is specified`)
    else if (compareAmounts(requests[name], bound) < 0) problems.push(`${head}, but request is ${String(requests[name])}`)
    else if (limits[name] !== undefined && compareAmounts(limits[name], bound) < 0) problems.push(`${head}, but limit is ${String(limits[name])}`)
  }
  for (const [name, bound] of entries(item.max)) {
    const head = `maximum ${name} usage per ${item.type} is ${String(bound)}`
    if (limits[name] === undefined) problems.push(`${head}.  No limit is specified`)
    else if (compareAmounts(limits[name], bound) > 0) problems.push(`${head}, but limit is ${String(limits[name])}`)
    else if (requests[name] !== undefined && compareAmounts(requests[name], bound) > 0) problems.push(`${head}, but request is ${String(requests[name])}`)
  }
  for (const [name, bound] of entries(item.maxLimitRequestRatio)) {
    const head = `${name} max limit to request ratio per ${item.type} is ${String(bound)}`
    const [request, limit] = [milliValue(requests[name]), milliValue(limits[name])]
    if (requests[name] === undefined || request === 0) problems.push(`${head}, but no request is specified or request is 0`)
    else if (limits[name] === undefined || limit === 0) problems.push(`${head}, but no limit is specified or limit is 0`)
    else {
      const ratio = limit / request
      const allowed = quantityValue(bound) <= Number.MAX_SAFE_INTEGER / 1_000 ? milliValue(bound) / 1_000 : quantityValue(bound)
      if (ratio > allowed) problems.push(`${head}, but provided ratio is ${ratio.toFixed(6)}`)
    }
  }
}

function claimProblems(claim: PersistentVolumeClaim, range: LimitRange): string[] {
  const problems: string[] = []
  const requests = claim.spec?.resources?.requests ?? {}
  for (const item of range.spec?.limits ?? []) {
    if (item.type !== 'PersistentVolumeClaim') continue
    for (const [name, bound] of entries(item.min)) {
      const head = `minimum ${name} usage per ${item.type} is ${String(bound)}`
      if (requests[name] === undefined) problems.push(`${head}.  No request is specified`)
      else if (compareAmounts(requests[name], bound) < 0) problems.push(`${head}, but request is ${String(requests[name])}`)
    }
    for (const [name, bound] of entries(item.max)) {
      const head = `maximum ${name} usage per ${item.type} is ${String(bound)}`
      if (requests[name] === undefined) problems.push(`${head}.  No request is specified`)
      else if (compareAmounts(requests[name], bound) > 0) problems.push(`${head}, but request is ${String(requests[name])}`)
    }
  }
  return problems
}
