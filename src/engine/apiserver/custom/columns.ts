import type { ApiObject, CustomResourceDefinitionVersion } from '../../../api'
import { virtualOf } from '../../../api'
import type { Cell, Column } from '../kinds/kind'
import { findByPath, parseJsonPath, type JsonPath } from './json-path'

// What kubectl get shows of custom objects. Upstream: apiextensions-apiserver/pkg/registry/customresource/tableconvertor.

const nameColumn: Column = {
  name: 'Name', type: 'string', format: 'name',
  description: 'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names',
}
const ageDescription = 'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata'

/** The columns of a version and what stands in them: name and age where the definition names none. */
export function columnsOf(version: CustomResourceDefinitionVersion): {
  readonly columns: readonly Column[]
  cells(object: ApiObject, age: (time: string | undefined) => string): Cell[]
} {
  const given = version.additionalPrinterColumns ?? []
  const asked = given.length > 0 ? given : [{ name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp', description: ageDescription }]
  const own: (typeof asked)[number][] = []
  const paths: JsonPath[] = []
  for (const column of asked) {
    const path = parseJsonPath(column.jsonPath)
    // Upstream logs an "unrecognized column definition" and shows the columns before it.
    if ('problem' in path) break
    own.push(column)
    paths.push(path)
  }
  const columns: Column[] = own.map((column) => ({
    name: column.name, type: column.type as Column['type'],
    ...('format' in column && column.format !== undefined ? { format: column.format } : {}), ...('priority' in column && column.priority !== undefined ? { priority: column.priority } : {}),
    description: column.description === undefined || column.description === '' ? `Custom resource definition column (in JSONPath format): ${column.jsonPath}` : column.description,
  }))
  return {
    columns: [nameColumn, ...columns],
    cells: (object, age) => [object.metadata.name ?? '', ...paths.map((path, i) => cellOf(findByPath(object, path)[0], (columns[i] as Column).type, age))],
  }
}

/** Upstream: cellForJSONValue; texts are printed whatever they are made of. */
function cellOf(value: unknown, type: Column['type'], age: (time: string | undefined) => string): Cell {
  if (value === undefined) return null
  switch (type) {
    case 'string':
      if (value === null) return '<nil>'
      return typeof value === 'object' ? JSON.stringify(value) : String(value as string | number | boolean)
    case 'integer': return typeof value === 'number' ? Math.trunc(value) : null
    case 'number': return typeof value === 'number' ? value : null
    case 'boolean': return typeof value === 'boolean' ? value : null
    case 'date':
      if (typeof value !== 'string') return null
      return Number.isNaN(virtualOf(value)) ? '<invalid>' : age(value)
  }
}
