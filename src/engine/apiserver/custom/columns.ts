import { virtualOf, type ApiObject, type CustomResourceColumnDefinition, type CustomResourceDefinitionVersion } from '../../../api'
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
  const asked: readonly CustomResourceColumnDefinition[] = given.length > 0 ? given : [{ name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp', description: ageDescription }]
  const columns: Column[] = []
  const paths: JsonPath[] = []
  for (const { name, type, format, priority, description = '', jsonPath } of asked) {
    const path = parseJsonPath(jsonPath)
    // Upstream logs an "unrecognized column definition" and shows the columns before it.
    if ('problem' in path) break
    paths.push(path)
    columns.push({
      name, type: type as Column['type'], ...(format === undefined ? {} : { format }), ...(priority === undefined ? {} : { priority }),
      description: description === '' ? `Custom resource definition column (in JSONPath format): ${jsonPath}` : description,
    })
  }
  return {
    columns: [nameColumn, ...columns],
    cells: (object, age) => [object.metadata.name ?? '', ...paths.map((path, i) => cellOf(findByPath(object, path)[0], (columns[i] as Column).type, age))],
  }
}

/** A value as Go's fmt prints it, but for what is inside of maps and lists. */
export const goText = (value: unknown): string => (value === null ? '<nil>' : typeof value === 'object' ? JSON.stringify(value) : String(value as string | number | boolean))

/** Upstream: cellForJSONValue; texts are printed whatever they are made of. */
function cellOf(value: unknown, type: Column['type'], age: (time: string | undefined) => string): Cell {
  if (value === undefined) return null
  switch (type) {
    case 'string': return goText(value)
    case 'integer': return typeof value === 'number' ? Math.trunc(value) : null
    case 'number': return typeof value === 'number' ? value : null
    case 'boolean': return typeof value === 'boolean' ? value : null
    case 'date':
      if (typeof value !== 'string') return null
      return Number.isNaN(virtualOf(value)) ? '<invalid>' : age(value)
  }
}
