/**
 * The module `virtual:kubernetes-descriptions`: what Kubernetes' own API documentation says of its types and fields. Made when it is
 * built, out of two packages of Apache-2.0, and never part of this repository: `@kubernetes/client-node` has the newer texts (v1.34),
 * but none for a field that is a type of its own; `kubernetes-types` (v1.30) has those.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'

const root = fileURLToPath(new URL('..', import.meta.url))
const id = 'virtual:kubernetes-descriptions'

/** Of a type: its own text under '', those of its fields under their names. */
type Texts = Map<string, string>

/** Texts by type (core.v1.Pod) and field, for every type of src/api/schema. */
export function readDescriptions(): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const schema = readFileSync(join(root, 'src/api/schema/kubernetes.ts'), 'utf8')
  const found = new Map<string, Texts>()
  const older = new Map<string, ReadonlyMap<string, Texts>>()
  for (const [, name = '', rest = ''] of schema.matchAll(/^([a-z]\w*\.v\w+\.\w+)(.*)$/gm)) {
    const [group = '', version = '', type = ''] = name.split('.')
    const file = `${group}/${version}`
    if (!older.has(file)) older.set(file, typesOf(join(root, 'node_modules/kubernetes-types', `${file}.d.ts`)))
    const texts: Texts = new Map(older.get(file)?.get(type))
    for (const [field, text] of newer(group, version, type)) texts.set(field, text)
    const fields = new Set(['', ...[...rest.matchAll(/ ([\w$-]+):/g)].map((match) => match[1] ?? '')])
    found.set(name, new Map([...texts].filter(([field]) => fields.has(field))))
  }
  return found
}

/** The interfaces of a file of kubernetes-types. */
function typesOf(path: string): ReadonlyMap<string, Texts> {
  const types = new Map<string, Texts>()
  if (!existsSync(path)) return types
  for (const [, text, name = '', body = ''] of readFileSync(path, 'utf8').matchAll(/(?:\/\*\*((?:(?!\*\/)[^])*)\*\/\n)?export (?:declare )?(?:interface|type) (\w+)([^]*?)\n?\}?;?\n(?=\/\*\*|export|$)/g)) {
    const texts: Texts = new Map()
    if (text !== undefined) texts.set('', tidy(text))
    for (const [, said = '', field = ''] of body.matchAll(/\/\*\*((?:(?!\*\/)[^])*)\*\/\s+(?:readonly )?"?([\w$-]+)"?\??:/g)) texts.set(field, tidy(said))
    types.set(name, texts)
  }
  return types
}

/** The model of client-node: where two groups have a type of one name, the group stands before it. */
function newer(group: string, version: string, type: string): Texts {
  const texts: Texts = new Map()
  const upper = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)
  const models = join(root, 'node_modules/@kubernetes/client-node/dist/gen/models')
  const path = [`${upper(group)}${upper(version)}${type}`, `${upper(version)}${type}`].map((name) => join(models, `${name}.d.ts`)).find((candidate) => existsSync(candidate))
  if (path === undefined) return texts
  const source = readFileSync(path, 'utf8')
  const own = /\/\*\*((?:(?!\*\/)[^])*)\*\/\s*export declare class/.exec(source)?.[1]
  if (own !== undefined) texts.set('', tidy(own))
  for (const [, said = '', field = ''] of source.matchAll(/\/\*\*((?:(?!\*\/)[^])*)\*\/\s+'([\w$-]+)'\??:/g)) {
    const text = tidy(said)
    // What IntOrString and Quantity say of themselves says nothing of the field.
    if (!/^(IntOrString is a type|Quantity is a fixed-point)/.test(text)) texts.set(field.replace(/^_(?=[a-z])/, ''), text)
  }
  return texts
}

/** Without the stars of the comment, and with paragraphs where the generator left two spaces. */
function tidy(text: string): string {
  return text.replace(/^\s*\* ?/gm, '').trim().replaceAll('\\"', '"').replace(/ {2,}(?=\S)/g, '\n')
}

/** The text of the module: every sentence once, and for each type its own and its fields'. */
export function descriptionsModule(): string {
  const numbers = new Map<string, number>()
  const types: Record<string, (string | number)[]> = {}
  for (const [name, texts] of readDescriptions()) {
    types[name] = [...texts].flatMap(([field, text]) => {
      if (!numbers.has(text)) numbers.set(text, numbers.size)
      return [field, numbers.get(text) as number]
    })
  }
  return `/*! Descriptions of the Kubernetes API: Copyright The Kubernetes Authors, Apache License 2.0 */
const texts = ${JSON.stringify([...numbers.keys()])}
const types = ${JSON.stringify(types)}
export function describeField(type, field = '') {
  const list = types[type] ?? []
  for (let i = 0; i < list.length; i += 2) if (list[i] === field) return texts[list[i + 1]]
  return undefined
}
`
}

export function kubernetesDescriptions(): Plugin {
  return {
    name: 'kubernetes-descriptions',
    resolveId: (source) => (source === id ? `\0${id}` : undefined),
    load: (resolved) => (resolved === `\0${id}` ? descriptionsModule() : undefined),
  }
}
