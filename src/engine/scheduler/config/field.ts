/** Field errors in apimachinery's words. Upstream: apimachinery/pkg/util/validation/field. */
import type { ConfigurationIssue } from './decode'

export type Issues = ConfigurationIssue[]

export function invalid(field: string, value: unknown, detail: string): ConfigurationIssue {
  return { field, message: `${field}: Invalid value: ${shown(value)}: ${detail}` }
}

export function required(field: string, detail: string): ConfigurationIssue {
  return { field, message: `${field}: Required value${detail === '' ? '' : `: ${detail}`}` }
}

export function duplicate(field: string, value: unknown): ConfigurationIssue {
  return { field, message: `${field}: Duplicate value: ${shown(value)}` }
}

export function forbidden(field: string, detail: string): ConfigurationIssue {
  return { field, message: `${field}: Forbidden: ${detail}` }
}

export function notSupported(field: string, value: unknown, supported: readonly string[]): ConfigurationIssue {
  return { field, message: `${field}: Unsupported value: ${shown(value)}: supported values: ${supported.map((one) => JSON.stringify(one)).join(', ')}` }
}

function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : typeof value === 'object' ? JSON.stringify(value) : String(value)
}

const partName = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
const prefixName = "prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
const shape = "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"

/** What is wrong with a qualified name ("example.com/name"). Upstream: validation.IsQualifiedName. */
export function qualifiedNameProblems(name: string): string[] {
  const parts = name.split('/')
  if (parts.length > 2) return [shape]
  const problems: string[] = []
  const [prefix, local] = parts.length === 2 ? (parts as [string, string]) : [undefined, parts[0] as string]
  if (prefix !== undefined) {
    if (prefix === '') problems.push('prefix part must be non-empty')
    else if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(prefix)) problems.push(prefixName)
    else if (prefix.length > 253) problems.push('prefix part must be no more than 253 bytes')
  }
  if (local === '') problems.push('name part must be non-empty')
  else if (local.length > 63) problems.push('name part must be no more than 63 bytes')
  if (!/^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/.test(local)) problems.push(partName)
  return problems
}

export function labelNameIssues(field: string, name: string): ConfigurationIssue[] {
  return qualifiedNameProblems(name).map((problem) => invalid(field, name, problem))
}
