import type { ApiObject } from '../api'
import { pluralName, fullName, type DiscoveredResource } from './access'
import { CommandError, type Environment } from './environment'
import { parseJsonPath, renderJsonPath, valuesOf } from './jsonpath'
import { alignColumns } from './table'

/** meta.k8s.io/v1 Table, as far as kubectl prints it. */
export interface Table {
  readonly columnDefinitions: readonly { readonly name: string; readonly priority: number; readonly type: string }[]
  readonly rows: readonly { readonly cells: readonly unknown[]; readonly object?: { readonly metadata?: ApiObject['metadata'] } }[]
}

export interface TableOptions {
  readonly wide: boolean
  readonly noHeaders: boolean
  readonly withNamespace: boolean
  readonly showLabels: boolean
  readonly labelColumns: readonly string[]
  /** "pod/" in front of names, when several kinds are printed. */
  readonly prefix?: string
}

/** Lines of a server-made table. */
export function tableLines(table: Table, options: TableOptions): string[] {
  const shown = table.columnDefinitions.map((column, i) => ({ column, i })).filter(({ column }) => options.wide || column.priority === 0)
  const headings = [
    ...(options.withNamespace ? ['NAMESPACE'] : []), ...shown.map(({ column }) => column.name.toUpperCase()),
    ...options.labelColumns.map((key) => (key.split('/').at(-1) as string).toUpperCase()), ...(options.showLabels ? ['LABELS'] : []),
  ]
  const rows = table.rows.map((row) => {
    const metadata = row.object?.metadata
    const labels = metadata?.labels ?? {}
    return [
      ...(options.withNamespace ? [metadata?.namespace ?? ''] : []),
      ...shown.map(({ i }, k) => `${k === 0 ? (options.prefix ?? '') : ''}${cellText(row.cells[i])}`),
      ...options.labelColumns.map((key) => labels[key] ?? ''),
      ...(options.showLabels ? [labelsText(labels)] : []),
    ]
  })
  return alignColumns(options.noHeaders ? undefined : headings, rows)
}

const cellText = (cell: unknown): string => (cell === null || cell === undefined ? '<none>' : String(cell))

export function labelsText(labels: Readonly<Record<string, string>>): string {
  const keys = Object.keys(labels).sort()
  return keys.length === 0 ? '<none>' : keys.map((key) => `${key}=${labels[key] ?? ''}`).join(',')
}

/** Prints objects by -o: json, yaml, name, jsonpath=…, custom-columns=…. Lists become one List. */
export function printObjects(environment: Environment, output: string, objects: readonly ApiObject[], resourceOf: (object: ApiObject) => DiscoveredResource | undefined, asList: boolean, noHeaders = false): void {
  const equals = output.indexOf('=')
  const [format, argument] = equals < 0 ? [output, undefined] : [output.slice(0, equals), output.slice(equals + 1)]
  const whole = asList ? { apiVersion: 'v1', items: objects, kind: 'List', metadata: { resourceVersion: '' } } : objects[0]
  switch (format) {
    case 'json': printText(environment, JSON.stringify(sortKeys(whole), undefined, 4)); return
    case 'yaml': printText(environment, environment.writeYaml(whole)); return
    case 'name':
      for (const object of objects) {
        const resource = resourceOf(object)
        environment.out(`${resource ? fullName(resource) : object.kind.toLowerCase()}/${object.metadata.name ?? ''}`)
      }
      return
    case 'jsonpath': case 'jsonpath-as-json': {
      if (argument === undefined) throw new CommandError('error: template format specified but no template given')
      printText(environment, renderJsonPath(parseJsonPath(argument), whole))
      return
    }
    case 'custom-columns': {
      if (argument === undefined || argument === '') throw new CommandError('error: custom-columns format specified but no custom columns given')
      const columns = argument.split(',').map((part) => {
        const colon = part.indexOf(':')
        if (colon < 0) throw new CommandError(`error: unexpected custom-columns spec: ${part}, expected <header>:<json-path-expr>`)
        return { heading: part.slice(0, colon), path: parseJsonPath(part.slice(colon + 1)) }
      })
      const rows = objects.map((object) => columns.map(({ path }) => {
        const values = valuesOf(path, object)
        return values.length === 0 ? '<none>' : values.map((value) => (typeof value === 'object' && value !== null ? goText(value) : String(value))).join(',')
      }))
      for (const line of alignColumns(noHeaders ? undefined : columns.map(({ heading }) => heading), rows)) environment.out(line)
      return
    }
    default:
      throw new CommandError(`error: unable to match a printer suitable for the output format "${output}", allowed formats are: custom-columns,custom-columns-file,go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,name,template,templatefile,wide,yaml`)
  }
}

/** Go's %v of maps and lists, which custom columns print. */
function goText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`
  if (typeof value === 'object' && value !== null) return `map[${Object.keys(value).sort().map((key) => `${key}:${goText((value as Record<string, unknown>)[key])}`).join(' ')}]`
  return String(value)
}

export function printText(environment: Environment, text: string): void {
  if (text === '') return
  for (const line of text.replace(/\n$/, '').split('\n')) environment.out(line)
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sortKeys((value as Record<string, unknown>)[key])]))
}

export { pluralName }
