import type { ApiObject } from '../../../api'
import type { Kind } from './kind'

/** What a field that selectors may name holds; `undefined`: the kind does not offer the field. */
export function fieldValue(kind: Kind, object: ApiObject, field: string): string | undefined {
  if (field === 'metadata.name') return object.metadata.name ?? ''
  if (field === 'metadata.namespace') return object.metadata.namespace ?? ''
  const read = kind.selectableFields !== undefined && Object.hasOwn(kind.selectableFields, field) ? kind.selectableFields[field] : undefined
  return read?.(object)
}
