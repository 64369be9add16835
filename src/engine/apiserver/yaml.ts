import { stringify } from 'yaml'

/** An object as YAML, in the shape kubectl users know: keys sorted, lists not indented. */
export function yamlText(value: unknown): string {
  const text = stringify(value, { version: '1.1', indentSeq: false, sortMapEntries: true, lineWidth: 0, aliasDuplicateObjects: false, defaultKeyType: 'PLAIN' })
  // The one key of managedFields that Go writes without quotes.
  return text.replace(/^( *)"\.": \{\}$/gm, '$1.: {}')
}
