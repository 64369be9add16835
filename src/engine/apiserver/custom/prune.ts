import { schemaType } from '../../../api'
import { anyValue, decodeObject } from '../decode'
import { getKey, isFields, setKey, type Fields } from '../draft'
import { isEmbedded, itemsOf, preservesUnknown, propertyOf, valuesOf, type JsonSchema } from './schema'

// What a schema makes of a JSON tree before anyone judges it.

const rootFields = new Set(['apiVersion', 'kind', 'metadata'])

/**
 * A copy with known fields only, metadata in canonical form and defaults filled in; `unknown` names what was left out.
 * Throws `DecodeError` for metadata of the wrong shape. Upstream: schema/pruning, schema/defaulting, schema/objectmeta.
 */
export function shape(body: Fields, schema: JsonSchema | undefined): { readonly object: Fields; readonly unknown: readonly string[] } {
  const unknown: string[] = []
  const object = shapeObject(body, schema, '', true, unknown)
  return { object, unknown }
}

function shapeObject(value: Fields, schema: JsonSchema | undefined, path: string, isResource: boolean, unknown: string[]): Fields {
  const out: Fields = {}
  const values = schema === undefined ? undefined : valuesOf(schema)
  const open = schema === undefined || preservesUnknown(schema)
  for (const key of Object.keys(value).sort()) {
    const member = value[key]
    if (member === undefined) continue
    const at = path === '' ? key : `${path}.${key}`
    if (isResource && rootFields.has(key)) {
      if (key !== 'metadata') out[key] = anyValue(member)
      else if (member !== null && member !== undefined) {
        const read = decodeObject(member, schemaType('meta.v1.ObjectMeta'))
        for (const name of read.unknown) unknown.push(`${at}.${name}`)
        out[key] = read.object
      }
      continue
    }
    const below = schema === undefined ? undefined : propertyOf(schema, key)
    const named = below ?? (values === true ? undefined : values)
    // Null where none is allowed is nothing. Upstream: defaulting.PruneNonNullableNullsWithoutDefaults.
    if (member === null && named !== undefined && named.nullable !== true) continue
    if (below !== undefined) setKey(out, key, shapeValue(member, below, at, unknown))
    else if (values === true) setKey(out, key, anyValue(member))
    else if (values !== undefined) setKey(out, key, shapeValue(member, values, at, unknown))
    else if (open) setKey(out, key, anyValue(member))
    else unknown.push(at)
  }
  if (schema !== undefined) fillIn(out, schema)
  return out
}

function shapeValue(value: unknown, schema: JsonSchema, path: string, unknown: string[]): unknown {
  if (isFields(value)) return shapeObject(value, schema, path, isEmbedded(schema), unknown)
  if (Array.isArray(value)) {
    const items = itemsOf(schema)
    if (items === undefined) return anyValue(value)
    return value.map((item, i) => {
      // Null where none is allowed stands for the default.
      if (item === null && items.nullable !== true && items.default !== undefined) return anyValue(items.default)
      return shapeValue(item, items, `${path}[${i}]`, unknown)
    })
  }
  return anyValue(value)
}

/** Defaults of an object's absent members. Those below are filled in with their own objects. */
function fillIn(object: Fields, schema: JsonSchema): void {
  for (const [key, below] of Object.entries(schema.properties ?? {})) {
    const preset: unknown = below.default
    if (preset !== undefined && getKey(object, key) === undefined) setKey(object, key, withDefaults(preset, below))
  }
}

/** A default is filled in like any other value. */
function withDefaults(value: unknown, schema: JsonSchema): unknown {
  return shapeValue(value, schema, '', [])
}
