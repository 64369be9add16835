import { isAlias, isMap, isScalar, isSeq, Scalar, type Document, type ParsedNode } from 'yaml'
import { exactInteger, resolvePlain } from './scalars'
import { TextError } from './text'
import { depthMax, forbiddenKey, type Member, type Placed } from './tree'

/** As go-yaml: a document may be blown up by its aliases to so many nodes, or to ten times what is written down. */
const aliasedNodesMax = 100_000

interface Building {
  /** Anchors met so far; `undefined`: its node is being built. */
  readonly anchors: Map<string, { readonly node: Placed; readonly size: number } | undefined>
  /** Nodes written down, and nodes counted as often as aliases repeat them. */
  written: number
  expanded: number
}

/** The object a YAML document says, with its places. Throws `TextError`. Aliases share what they point at. */
export function buildDocument(document: Document.Parsed): Placed {
  const building: Building = { anchors: new Map(), written: 0, expanded: 0 }
  const contents = document.contents as ParsedNode | null
  if (contents === null) return { value: null, start: 0, end: 0 }
  return build(contents, building, 0)
}

function build(node: ParsedNode, building: Building, depth: number): Placed {
  const [start, end] = node.range
  if (depth > depthMax) throw new TextError(`nested more than ${depthMax} levels deep`, start)
  building.written++
  building.expanded++
  if (isAlias(node)) {
    if (!building.anchors.has(node.source)) throw new TextError(`the alias *${node.source} has no anchor before it`, start)
    const anchored = building.anchors.get(node.source)
    if (anchored === undefined) throw new TextError(`the anchor &${node.source} contains itself`, start)
    building.expanded += anchored.size
    if (building.expanded > aliasedNodesMax && building.expanded > 10 * building.written) throw new TextError('aliases blow this document up beyond measure', start)
    return { ...anchored.node, start, end }
  }
  const { anchor } = node as { anchor?: string }
  if (anchor !== undefined) building.anchors.set(anchor, undefined)
  const before = building.expanded
  const built = isMap(node) ? buildMap(node, building, depth) : isSeq(node) ? buildSeq(node, building, depth) : buildScalar(node as Scalar.Parsed)
  if (anchor !== undefined) building.anchors.set(anchor, { node: built, size: building.expanded - before + 1 })
  return built
}

function buildMap(node: ParsedNode & { items: { key: unknown; value: unknown }[] }, building: Building, depth: number): Placed {
  checkTag(node, 'map')
  const [start, end] = node.range
  const members = new Map<string, Member>()
  const merged: Placed[] = []
  for (const pair of node.items) {
    const keyNode = pair.key as ParsedNode | null
    const value = pair.value as ParsedNode | null
    const keyStart = keyNode?.range[0] ?? value?.range[0] ?? start
    const keyEnd = keyNode?.range[1] ?? keyStart
    const placed = value === null ? { value: null, start: keyEnd, end: keyEnd } : build(value, building, depth + 1)
    if (isScalar(keyNode) && keyNode.type === Scalar.PLAIN && keyNode.source === '<<') {
      const sources = placed.items ?? [placed]
      for (const source of sources) {
        if (source.members === undefined) throw new TextError('a merge key (<<) takes an object, or a list of objects', placed.start)
        merged.push(source)
      }
      continue
    }
    const key = keyOf(keyNode, keyStart)
    if (members.has(key)) throw new TextError(`the key ${JSON.stringify(key.slice(0, 100))} is there twice`, keyStart)
    members.set(key, { keyStart, keyEnd, node: placed })
  }
  // Merged members stand behind those that are written down; the first to bring a key wins.
  for (const source of merged) for (const [key, member] of source.members ?? []) if (!members.has(key)) members.set(key, member)
  const value: Record<string, unknown> = {}
  for (const [key, member] of members) value[key] = member.node.value
  return { value, start, end, members }
}

function buildSeq(node: ParsedNode & { items: unknown[] }, building: Building, depth: number): Placed {
  checkTag(node, 'seq')
  const [start, end] = node.range
  const items = node.items.map((item) => (item === null ? { value: null, start, end: start } : build(item as ParsedNode, building, depth + 1)))
  return { value: items.map((item) => item.value), start, end, items }
}

function buildScalar(node: Scalar.Parsed): Placed {
  const [start, end] = node.range
  return { value: valueOf(node), start, end }
}

function valueOf(node: Scalar.Parsed): unknown {
  const [start] = node.range
  const text = String(node.value ?? '')
  const { tag } = node as { tag?: string }
  switch (tag) {
    case undefined: return node.type === Scalar.PLAIN ? resolvePlain(text, start) : text
    case '!':
    case core('str'): return text
    case core('int'):
    case core('float'):
    case core('bool'):
    case core('null'): {
      const value = resolvePlain(text, start)
      const kind = value === null ? 'null' : typeof value === 'boolean' ? 'bool' : typeof value === 'number' ? 'number' : 'str'
      if (tag !== core(kind === 'number' ? (tag === core('float') ? 'float' : 'int') : kind)) throw new TextError(`${JSON.stringify(text.slice(0, 40))} is not what its tag says`, start)
      return tag === core('int') ? exactInteger(value as number, text, start) : value
    }
    default: throw new TextError(`the tag ${tag} is not supported`, start)
  }
}

/** Keys are texts: a number or a boolean stands for how JSON writes it. Upstream: sigs.k8s.io/yaml, convertToJSONableObject. */
function keyOf(node: ParsedNode | null, offset: number): string {
  if (node === null || !isScalar(node)) throw new TextError(node === null ? 'a key is missing here' : 'a key must be a text, not an object, a list or an alias', offset)
  const value = valueOf(node as Scalar.Parsed)
  if (value === null) throw new TextError('a key must be a text, not null', offset)
  const key = String(value)
  if (key === forbiddenKey) throw new TextError(`the key ${forbiddenKey} is not allowed`, offset)
  return key
}

const core = (name: string): string => `tag:yaml.org,2002:${name}`

function checkTag(node: ParsedNode, name: 'map' | 'seq'): void {
  const { tag } = node as { tag?: string }
  if (tag !== undefined && tag !== core(name)) throw new TextError(`the tag ${tag} is not supported`, node.range[0])
}
