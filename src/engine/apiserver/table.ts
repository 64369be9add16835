import { virtualOf, type ApiObject } from '../../api'
import type { Fields } from './draft'
import type { Cell, Column, Kind } from './kinds/kind'
import { ageColumn, humanDuration, nameColumn } from './kinds/print'

/** What includeObject asks for: nothing, metadata, or all of the object. */
export type IncludeObject = 'None' | 'Metadata' | 'Object'

const fallbackColumns: readonly Column[] = [nameColumn, ageColumn]

/** Says how long ago a time was. */
export function ageAt(now: number): (time: string | undefined) => string {
  return (time) => {
    if (time === undefined || time === '') return '<unknown>'
    const at = virtualOf(time)
    return Number.isNaN(at) ? '<unknown>' : humanDuration(now - at)
  }
}

/** The columns of a kind, as a Table defines them. */
export function columnDefinitions(kind: Kind): Fields[] {
  return (kind.columns ?? fallbackColumns).map((column) => ({
    name: column.name, type: column.type, format: column.format ?? '', description: column.description ?? '', priority: column.priority ?? 0,
  }))
}

/** A Table of objects. `columns` false leaves the definitions out, as in all but the first event of a watch. Upstream: TableConvertor. */
export function tableOf(
  kind: Kind, objects: readonly ApiObject[], metadata: Fields, include: IncludeObject, now: number, columns = true,
): Fields {
  const age = ageAt(now)
  return {
    kind: 'Table', apiVersion: 'meta.k8s.io/v1', metadata, columnDefinitions: columns ? columnDefinitions(kind) : null,
    rows: objects.map((object) => ({
      cells: kind.cells?.(object, age) ?? ([object.metadata.name ?? '', age(object.metadata.creationTimestamp)] satisfies Cell[]),
      object: include === 'None' ? null : include === 'Object' ? object : partialMetadata(object, kind),
    })),
  }
}

export function partialMetadata(object: ApiObject, kind: Kind): ApiObject {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: kind.partialMetadata?.(object.metadata) ?? object.metadata }
}
