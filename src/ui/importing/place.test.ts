import { expect, test } from 'vitest'
import { placeFor } from './ImportDialog'

const file = (text: string, name = 'x.yaml'): { readonly name: string; readonly text: string } => ({ name, text })

test.each([
  ['a manifest is applied to what is there', file('apiVersion: v1\nkind: Pod\nmetadata: { name: a }\n'), 'current'],
  ['a dump with Nodes stands by itself', file('apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Node\n  metadata: { name: n }\n'), 'new'],
  ['so does one in JSON', file('{"apiVersion":"v1","kind":"NodeList","items":[]}', 'nodes.json'), 'new'],
  ['objects that a server has numbered came from a cluster', file('apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  namespace: b\n  uid: 11111111-1111-4111-8111-111111111111\n  resourceVersion: "7"\n  creationTimestamp: "2026-01-01T00:00:00Z"\nspec: { containers: [ { name: c, image: x } ] }\n'), 'new'],
  ['the openb tables are a cluster', file('sn,cpu_milli\n', 'openb_node_list_all_node.csv'), 'new'],
  ['a word in a text is no kind', file('apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata: { note: "kind: Node is a word" }\n'), 'current'],
])('%s', (_, given, want) => { expect(placeFor([given])).toBe(want) })
