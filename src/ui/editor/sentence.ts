import type { Problem } from './check'

/** The first thing that is wrong, in the server's words but without what its card says in full; and how many more there are. */
export function shortly(problems: readonly Problem[], whole: string, more: (count: number) => string): string {
  const [first] = problems
  if (!first?.field) return whole
  const words = `<em>${first.field.slice(first.field.lastIndexOf('.') + 1)}</em>: ${first.head === '' ? '' : `${first.head}: `}${first.message.replace(/: supported values: .*$/s, '')}`
  return problems.length > 1 ? `${words} ${more(problems.length - 1)}` : words
}

/** Server messages end as they like; in the caption a sentence ends with a full stop. */
export function sentence(message: string): string {
  return /[.!?。]$/.test(message) ? message : `${message}.`
}
