// Rules for names, labels and the like, each with the text Kubernetes refuses with. Upstream: apimachinery/pkg/util/validation.

const dnsLabelText = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character"
const dnsSubdomainText = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character"
const dns1035Text = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character"
const qualifiedNameText = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
const labelValueText = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
const configKeyText = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'"
const envNameText = "a valid environment variable name must consist only of printable ASCII characters other than '='"
const cIdentifierText = "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_'"

/** Regular expressions as messages quote them. */
const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const subdomain = `${label}(\\.${label})*`
const qualified = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'
const labelValue = `(${qualified})?`

const dnsLabelPattern = new RegExp(`^${label}$`)
const dnsSubdomainPattern = new RegExp(`^${subdomain}$`)
const dns1035Pattern = /^[a-z]([-a-z0-9]*[a-z0-9])?$/
const qualifiedPattern = new RegExp(`^${qualified}$`)
const labelValuePattern = new RegExp(`^${labelValue}$`)

/** "… (e.g. 'a',  or 'b', regex used for validation is 'r')": two spaces before each or, as upstream. */
export function regexText(message: string, pattern: string, ...examples: readonly string[]): string {
  if (examples.length === 0) return `${message} (regex used for validation is '${pattern}')`
  return `${message} (e.g. ${examples.map((example) => `'${example}', `).join(' or ')}regex used for validation is '${pattern}')`
}

const maxLength = (length: number): string => `must be no more than ${length} characters`
const maxBytes = (length: number): string => `must be no more than ${length} bytes`
/** Length in bytes of UTF-8. */
export function byteLength(text: string): number {
  let bytes = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code >= 0xd800 && code <= 0xdfff ? 2 : 3
  }
  return bytes
}

/** A rule: nothing when the text keeps it, otherwise why not. */
export type NameRule = (text: string) => string[]

export const dnsLabel: NameRule = (text) => {
  const problems: string[] = []
  if (text.length > 63) problems.push(maxLength(63))
  if (text.length > 2_000 || !dnsLabelPattern.test(text)) {
    problems.push(text.length <= 2_000 && dnsSubdomainPattern.test(text) ? 'must not contain dots' : regexText(dnsLabelText, label, 'my-name', '123-abc'))
  }
  return problems
}

export const dnsSubdomain: NameRule = (text) => {
  const problems: string[] = []
  if (text.length > 253) problems.push(maxLength(253))
  if (text.length > 2_000 || !dnsSubdomainPattern.test(text)) problems.push(regexText(dnsSubdomainText, subdomain, 'example.com'))
  return problems
}

export const dns1035Label: NameRule = (text) => {
  const problems: string[] = []
  if (text.length > 63) problems.push(maxLength(63))
  if (text.length > 2_000 || !dns1035Pattern.test(text)) problems.push(regexText(dns1035Text, '[a-z]([-a-z0-9]*[a-z0-9])?', 'my-name', 'abc-123'))
  return problems
}

/** No slash, no percent, not "." or "..". Upstream: path.IsValidPathSegmentName. */
export const pathSegment: NameRule = (text) => {
  if (text === '.' || text === '..') return [`may not be '${text}'`]
  const problems: string[] = []
  if (text.includes('/')) problems.push("may not contain '/'")
  if (text.includes('%')) problems.push("may not contain '%'")
  return problems
}

/** Keys of labels, annotations, taints: [prefix/]name. Upstream: validation.IsQualifiedName. */
export const qualifiedName: NameRule = (text) => {
  const problems: string[] = []
  const parts = text.split('/')
  let name: string
  if (parts.length === 1) name = text
  else if (parts.length === 2) {
    const prefix = parts[0] as string
    name = parts[1] as string
    if (prefix === '') problems.push('prefix part must be non-empty')
    else problems.push(...dnsSubdomain(prefix).map((problem) => `prefix part ${problem}`))
  } else {
    return [`a qualified name ${regexText(qualifiedNameText, qualified, 'MyName', 'my.name', '123-abc')} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`]
  }
  if (name === '') problems.push('name part must be non-empty')
  else if (name.length > 63) problems.push(`name part ${maxBytes(63)}`)
  if (name.length > 2_000 || !qualifiedPattern.test(name)) problems.push(`name part ${regexText(qualifiedNameText, qualified, 'MyName', 'my.name', '123-abc')}`)
  return problems
}

export const labelValueRule: NameRule = (text) => {
  const problems: string[] = []
  if (text.length > 63) problems.push(maxBytes(63))
  if (text.length > 2_000 || !labelValuePattern.test(text)) problems.push(regexText(labelValueText, labelValue, 'MyValue', 'my_value', '12345'))
  return problems
}

/** Keys of ConfigMaps and Secrets. Upstream: validation.IsConfigMapKey. */
export const configKey: NameRule = (text) => {
  const problems: string[] = []
  if (text.length > 253) problems.push(maxLength(253))
  if (!/^[-._a-zA-Z0-9]+$/.test(text)) problems.push(regexText(configKeyText, '[-._a-zA-Z0-9]+', 'key.name', 'KEY_NAME', 'key-name'))
  problems.push(...notDots(text))
  return problems
}

function notDots(text: string): string[] {
  if (text === '.') return ["must not be '.'"]
  if (text === '..') return ["must not be '..'"]
  return text.startsWith('..') ? ["must not start with '..'"] : []
}

/** Upstream: validation.IsRelaxedEnvVarName. */
export const envVarName: NameRule = (text) => {
  if (text.length === 0) return [`environment variable name must not be empty`]
  return /^[ -<>-~]+$/.test(text) ? [] : [regexText(envNameText, '^[ -<>-~]+$')]
}

export const cIdentifier: NameRule = (text) =>
  (/^[A-Za-z_][A-Za-z0-9_]*$/.test(text) ? [] : [regexText(cIdentifierText, '[A-Za-z_][A-Za-z0-9_]*', 'my_name', 'MY_NAME', 'MyName')])

/** Names of ports. Upstream: validation.IsValidPortName. */
export const portName: NameRule = (text) => {
  const problems: string[] = []
  if (text.length > 15) problems.push(maxLength(15))
  if (!/^[-a-z0-9]+$/.test(text)) problems.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)')
  if (!/[a-z]/.test(text)) problems.push('must contain at least one letter (a-z)')
  if (text.includes('--')) problems.push('must not contain consecutive hyphens')
  if (text.startsWith('-') || text.endsWith('-')) problems.push('must not begin or end with a hyphen')
  return problems
}

export const portNumber = (port: number): string[] => (port >= 1 && port <= 65_535 ? [] : ['must be between 1 and 65535, inclusive'])

/** Percent: "25%". Upstream: validation.IsValidPercent. */
export const percent: NameRule = (text) =>
  (/^[0-9]+%$/.test(text) ? [] : [regexText("a valid percent string must be a numeric string followed by an ending '%'", '[0-9]+%', '1%', '93%')])

/** Upstream: validation.NameIsDNSSubdomain for generated names: what will follow the prefix is not there yet. */
export function maskTrailingDash(text: string): string {
  return text.length > 1 && text.endsWith('-') ? `${text.slice(0, -2)}a` : text
}

/** A fully qualified name with at least two parts. Upstream: validation.IsFullyQualifiedName. */
export function fullyQualifiedName(text: string): string[] {
  if (text === '') return []
  const problems = dnsSubdomain(text)
  if (problems.length > 0) return problems
  return text.split('.').length < 3 ? ['should be a domain with at least three segments separated by dots'] : []
}

const ipv4 = /^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])$/

export function isIPv4(text: string): boolean {
  return ipv4.test(text)
}

export function isIPv6(text: string): boolean {
  if (!text.includes(':') || text.length > 45) return false
  let rest = text
  let groups = 8
  const dot = /^(.*:)([0-9.]+)$/.exec(text)
  if (dot !== null && (dot[2] as string).includes('.')) {
    if (!isIPv4(dot[2] as string)) return false
    rest = `${dot[1] as string}0`
    groups = 7
  }
  const halves = rest.split('::')
  if (halves.length > 2) return false
  const parts = halves.flatMap((half) => (half === '' ? [] : half.split(':')))
  if (!parts.every((part) => /^[0-9a-fA-F]{1,4}$/.test(part))) return false
  return halves.length === 2 ? parts.length < groups : parts.length === groups
}

/** "10.9.8.0/24", "2001:db8::/64": an address and how many of its bits count. */
export function isCidr(text: string): boolean {
  const [ip = '', bits, ...more] = text.split('/')
  if (bits === undefined || more.length > 0 || !/^\d{1,3}$/.test(bits)) return false
  return isIPv4(ip) ? Number(bits) <= 32 : isIPv6(ip) && Number(bits) <= 128
}

export const ipAddress: NameRule = (text) => (isIPv4(text) || isIPv6(text) ? [] : ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'])
