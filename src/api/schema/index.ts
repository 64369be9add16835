/**
 * The structure of Kubernetes' API types: fields, types, defaults, list keys, patch strategies. Generated facts (kubernetes.ts) and
 * a reader. For field validation, server-side apply, strategic merge, OpenAPI, editor completion.
 */
import { kubernetesSchema } from './kubernetes'
import { parseSchema, type ScalarNode, type StructNode } from './parse'

export { kubernetesVersion } from './kubernetes'
export { anyNode, type ListNode, type MapNode, type ScalarNode, type ScalarType, type SchemaField, type SchemaNode, type StructNode } from './parse'

let parsed: ReadonlyMap<string, StructNode | ScalarNode> | undefined
let byKind: ReadonlyMap<string, StructNode> | undefined

/** All types by name (core.v1.Pod). Parsed once; a memo of constant text. */
export function schemaTypes(): ReadonlyMap<string, StructNode | ScalarNode> {
  return parsed ??= parseSchema(kubernetesSchema)
}

/** The type of a name such as core.v1.Pod or meta.v1.ObjectMeta. Throws when there is none: names are ours. */
export function schemaType(name: string): StructNode {
  const node = schemaTypes().get(name)
  if (node?.type !== 'struct') throw new Error(`the schema has no type ${name}`)
  return node
}

/** The type of a manifest's apiVersion and kind, if Kubernetes has one. */
export function schemaOfKind(apiVersion: string, kind: string): StructNode | undefined {
  if (byKind === undefined) {
    const found = new Map<string, StructNode>()
    for (const node of schemaTypes().values()) {
      if (node.type !== 'struct') continue
      for (const gvk of node.kinds) found.set(`${gvk.group === '' ? '' : `${gvk.group}/`}${gvk.version}/${gvk.kind}`, node)
    }
    byKind = found
  }
  return byKind.get(`${apiVersion}/${kind}`)
}
