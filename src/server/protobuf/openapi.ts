import protobuf from 'protobufjs/minimal.js'

/** What the OpenAPI document of old is sent as. */
export const openApiProtobufType = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'
/** How it is asked for: kubectl writes an @, which no media type may have. */
export const openApiProtobufTypes: readonly string[] = [openApiProtobufType, 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf']

type Json = { readonly [key: string]: unknown }
type Writer = protobuf.Writer

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Numbers of fields of openapi.v2.Schema, by their names in JSON. */
const texts: Readonly<Record<string, number>> = { $ref: 1, format: 2, title: 3, description: 4, pattern: 13 }
const doubles: Readonly<Record<string, number>> = { multipleOf: 6, maximum: 7, minimum: 9 }
const truths: Readonly<Record<string, number>> = { exclusiveMaximum: 8, exclusiveMinimum: 10, uniqueItems: 16 }
const integers: Readonly<Record<string, number>> = { maxLength: 11, minLength: 12, maxItems: 14, minItems: 15, maxProperties: 17, minProperties: 18 }

/** A message in a field: length and bytes. */
function put(writer: Writer, field: number, message: (inner: Writer) => void): void {
  writer.uint32((field << 3) | 2).fork()
  message(writer)
  writer.ldelim()
}

const putText = (writer: Writer, field: number, text: string): void => { writer.uint32((field << 3) | 2).string(text) }

/** An openapi.v2.Any: clients read its text, of which JSON is a part. */
const putAny = (writer: Writer, field: number, value: unknown): void => { put(writer, field, (any) => { putText(any, 2, JSON.stringify(value)) }) }

function putNamed(writer: Writer, field: number, name: string, value: (inner: Writer) => void): void {
  put(writer, field, (named) => {
    putText(named, 1, name)
    put(named, 2, value)
  })
}

function writeSchema(writer: Writer, schema: Json): void {
  for (const [key, value] of Object.entries(schema)) {
    const [text, double, truth, integer] = [texts[key], doubles[key], truths[key], integers[key]]
    if (text !== undefined && typeof value === 'string') putText(writer, text, value)
    else if (double !== undefined && typeof value === 'number') writer.uint32((double << 3) | 1).double(value)
    else if (truth !== undefined && typeof value === 'boolean') writer.uint32(truth << 3).bool(value)
    else if (integer !== undefined && typeof value === 'number') writer.uint32(integer << 3).int64(value)
    else if (key === 'default') putAny(writer, 5, value)
    else if (key === 'required' && Array.isArray(value)) for (const name of value as string[]) putText(writer, 19, name)
    else if (key === 'enum' && Array.isArray(value)) for (const one of value as unknown[]) putAny(writer, 20, one)
    else if (key === 'additionalProperties') put(writer, 21, (item) => { if (isJson(value)) put(item, 1, (inner) => { writeSchema(inner, value) }); else item.uint32(2 << 3).bool(value === true) })
    else if (key === 'type' && typeof value === 'string') put(writer, 22, (item) => { putText(item, 1, value) })
    else if (key === 'items' && isJson(value)) put(writer, 23, (item) => { put(item, 1, (inner) => { writeSchema(inner, value) }) })
    else if (key === 'allOf' && Array.isArray(value)) for (const one of value as Json[]) put(writer, 24, (inner) => { writeSchema(inner, one) })
    else if (key === 'properties' && isJson(value)) put(writer, 25, (properties) => { writeNamed(properties, value) })
    else if (key.startsWith('x-')) putNamed(writer, 31, key, (any) => { putText(any, 2, JSON.stringify(value)) })
  }
}

function writeNamed(writer: Writer, schemas: Json): void {
  for (const [name, schema] of Object.entries(schemas)) if (isJson(schema)) putNamed(writer, 1, name, (inner) => { writeSchema(inner, schema) })
}

/**
 * An OpenAPI 2 document as the protobuf message openapi.v2.Document: version, title and types. Paths are left out: clients that want
 * protobuf read the types alone. Upstream: google/gnostic-models, openapiv2.
 */
export function encodeOpenApi(document: Json): Buffer {
  const writer = protobuf.Writer.create()
  putText(writer, 1, '2.0')
  const info = isJson(document['info']) ? document['info'] : {}
  put(writer, 2, (inner) => {
    for (const [field, name] of [[1, 'title'], [2, 'version']] as const) if (typeof info[name] === 'string') putText(inner, field, info[name])
  })
  const { definitions } = document
  if (isJson(definitions)) put(writer, 9, (inner) => { writeNamed(inner, definitions) })
  return Buffer.from(writer.finish())
}
