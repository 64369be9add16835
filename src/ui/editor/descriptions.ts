import type { Described } from './suggest'

/** What Kubernetes, or a definition, says of a field. Half a megabyte of text is loaded when the first field is asked about. */
export async function descriptionOf(described: Described): Promise<string | undefined> {
  if ('text' in described) return described.text === '' ? undefined : described.text
  const { describeField } = await import('virtual:kubernetes-descriptions')
  return describeField(described.type, described.field)
}

/** As Markdown that says nothing else: what the text has of its signs is meant as it stands. */
export function asMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|~]/g, '\\$&').replaceAll('\n', '\n\n')
}
