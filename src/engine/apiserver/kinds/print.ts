import type { LabelSelector, PodSpec, PodTemplateSpec, Toleration } from '../../../api'
import type { Column } from './kind'

// What kubectl get shows. Upstream: pkg/printers/internalversion.

export const nameColumn: Column = { name: 'Name', type: 'string', format: 'name' }
export const ageColumn: Column = { name: 'Age', type: 'string' }
export const text = (name: string, priority = 0): Column => ({ name, type: 'string', priority })
export const integer = (name: string, priority = 0): Column => ({ name, type: 'integer', priority })

/** Time as people say it: 5s, 3m12s, 2d4h. Upstream: duration.HumanDuration. */
export function humanDuration(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  if (seconds < -1) return '<invalid>'
  if (seconds < 0) return '0s'
  if (seconds < 60 * 2) return `${seconds}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 10) return seconds % 60 === 0 ? `${minutes}m` : `${minutes}m${seconds % 60}s`
  if (minutes < 60 * 3) return `${minutes}m`
  const hours = Math.floor(minutes / 60)
  if (hours < 8) return minutes % 60 === 0 ? `${hours}h` : `${hours}h${minutes % 60}m`
  if (hours < 48) return `${hours}h`
  if (hours < 24 * 8) return hours % 24 === 0 ? `${Math.floor(hours / 24)}d` : `${Math.floor(hours / 24)}d${hours % 24}h`
  if (hours < 24 * 365 * 2) return `${Math.floor(hours / 24)}d`
  if (hours < 24 * 365 * 8) {
    const days = Math.floor(hours / 24) % 365
    return days === 0 ? `${Math.floor(hours / 24 / 365)}y` : `${Math.floor(hours / 24 / 365)}y${days}d`
  }
  return `${Math.floor(hours / 24 / 365)}y`
}

export const templateColumns: readonly Column[] = [text('Containers', 1), text('Images', 1)]

export function templateCells(template: PodTemplateSpec | undefined): [string, string] {
  const containers = (template?.spec as PodSpec | undefined)?.containers ?? []
  return [containers.map((container) => container.name).join(','), containers.map((container) => container.image ?? '').join(',')]
}

/** A label selector as text. Upstream: metav1.FormatLabelSelector. */
export function selectorText(selector: LabelSelector | undefined): string {
  if (selector === undefined) return '<none>'
  const parts: { readonly key: string; readonly text: string }[] = []
  for (const key of Object.keys(selector.matchLabels ?? {})) parts.push({ key, text: `${key}=${selector.matchLabels?.[key] ?? ''}` })
  for (const { key, operator, values } of selector.matchExpressions ?? []) {
    const list = [...values ?? []].sort().join(',')
    parts.push({ key, text: operator === 'In' ? `${key} in (${list})` : operator === 'NotIn' ? `${key} notin (${list})` : operator === 'Exists' ? key : `!${key}` })
  }
  parts.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
  return parts.length === 0 ? '<none>' : parts.map((part) => part.text).join(',')
}

/** Labels as text: a=b,c=d. Upstream: labels.FormatLabels. */
export function labelsText(labels: { readonly [key: string]: string } | undefined): string {
  const keys = Object.keys(labels ?? {}).sort()
  return keys.length === 0 ? '<none>' : keys.map((key) => `${key}=${labels?.[key] ?? ''}`).join(',')
}

export function tolerationText(toleration: Toleration): string {
  return `${toleration.key ?? ''}${toleration.effect === undefined ? '' : `:${toleration.effect}`}`
}
