import { deepEqual } from '../../../base'
import { copyOf, isFields, setKey, type Fields } from '../draft'

/** A patch that cannot be read, or that does not fit the document. The texts are those of evanphx/json-patch. */
export class PatchError extends Error {
  override readonly name = 'PatchError'
}

interface Operation {
  readonly op: string
  readonly path: string
  readonly from?: string
  readonly value?: unknown
}

/** The operations of a JSON patch (RFC 6902). Throws `PatchError`. */
export function readJsonPatch(body: unknown): readonly Operation[] {
  if (!Array.isArray(body)) throw new PatchError(`json: cannot unmarshal ${isFields(body) ? 'object' : typeof body} into Go value of type []handlers.jsonPatchOp`)
  return body.map((item: unknown) => {
    if (!isFields(item)) throw new PatchError(`json: cannot unmarshal ${Array.isArray(item) ? 'array' : typeof item} into Go value of type handlers.jsonPatchOp`)
    const { op, path, from } = item
    return {
      op: typeof op === 'string' ? op : 'unknown', path: typeof path === 'string' ? path : '', ...(typeof from === 'string' ? { from } : {}),
      ...(Object.hasOwn(item, 'value') ? { value: item['value'] } : {}),
    }
  })
}

const pathStart = /^\//

function partsOf(pointer: string): string[] {
  return pointer.replace(pathStart, '').split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** The document after all operations; the one given stays as it is. Throws `PatchError`. */
export function applyJsonPatch(document: unknown, operations: readonly Operation[]): unknown {
  let root: unknown = copyOf(document as Fields)
  for (const operation of operations) {
    const { op, path } = operation
    switch (op) {
      case 'add': root = write(root, path, copyOf(operation.value as Fields), 'add'); break
      case 'replace': root = write(root, path, copyOf(operation.value as Fields), 'replace'); break
      case 'remove': root = remove(root, path, 'remove'); break
      case 'move': {
        const value = read(root, operation.from ?? '', 'move')
        root = write(remove(root, operation.from ?? '', 'move'), path, value, 'move')
        break
      }
      case 'copy': root = write(root, path, copyOf(read(root, operation.from ?? '', 'copy') as Fields), 'copy'); break
      case 'test': {
        const found = find(root, path)
        const wanted = operation.value ?? null
        if (!deepEqual(found ?? null, wanted)) throw new PatchError(`testing value ${path} failed: test failed`)
        break
      }
      default: throw new PatchError(`Unexpected kind: ${op}`)
    }
  }
  return root
}

function missing(op: string, path: string, detail = 'missing value'): PatchError {
  return new PatchError(`${op} operation does not apply: doc is missing ${detail === 'missing value' ? 'path' : 'key'}: ${path}: ${detail}`)
}

function find(root: unknown, pointer: string): unknown {
  if (pointer === '') return root
  let at = root
  for (const part of partsOf(pointer)) {
    if (Array.isArray(at)) at = at[Number(part)] as unknown
    else if (isFields(at) && Object.hasOwn(at, part)) at = at[part]
    else return undefined
  }
  return at
}

/** The container that the last step of a pointer is taken in. */
function containerOf(root: unknown, pointer: string, op: string): { readonly container: unknown; readonly key: string } {
  const parts = partsOf(pointer)
  const key = parts.pop() ?? ''
  let at = root
  for (const part of parts) {
    if (Array.isArray(at)) {
      const index = Number(part)
      at = Number.isInteger(index) ? (at[index < 0 ? at.length + index : index] as unknown) : undefined
    } else at = isFields(at) && Object.hasOwn(at, part) ? at[part] : undefined
    if (at === undefined || at === null || typeof at !== 'object') throw missing(op, pointer)
  }
  return { container: at, key }
}

function read(root: unknown, pointer: string, op: string): unknown {
  const { container, key } = containerOf(root, pointer, op)
  if (Array.isArray(container)) return container[indexOf(key, container.length - 1, pointer, op)] as unknown
  if (!isFields(container) || !Object.hasOwn(container, key)) throw missing(op, pointer)
  return container[key]
}

function indexOf(key: string, last: number, pointer: string, op: string): number {
  if (!/^-?\d+$/.test(key)) throw new PatchError(`${op} operation does not apply: doc is missing key: ${pointer}: strconv.Atoi: parsing ${JSON.stringify(key)}: invalid syntax`)
  let index = Number(key)
  if (index < 0) index += last + 1
  if (index < 0 || index > last) throw new PatchError(`error in ${op} for path: '${pointer}': Unable to access invalid index: ${key}: invalid index referenced`)
  return index
}

function write(root: unknown, pointer: string, value: unknown, op: string): unknown {
  if (pointer === '') return value
  const { container, key } = containerOf(root, pointer, op)
  if (Array.isArray(container)) {
    if (op === 'replace') container[indexOf(key, container.length - 1, pointer, op)] = value
    else if (key === '-') container.push(value)
    else container.splice(indexOf(key, container.length, pointer, op), 0, value)
    return root
  }
  // Of a field that is not there, "replace" makes one, as upstream's library does.
  setKey(container as Fields, key, value)
  return root
}

function remove(root: unknown, pointer: string, op: string): unknown {
  const { container, key } = containerOf(root, pointer, op)
  if (Array.isArray(container)) {
    container.splice(indexOf(key, container.length - 1, pointer, op), 1)
    return root
  }
  const fields = container as Fields
  if (!Object.hasOwn(fields, key)) throw new PatchError(`error in remove for path: '${pointer}': Unable to remove nonexistent key: ${key}: missing value`)
  delete fields[key]
  return root
}
