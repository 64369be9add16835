import { Fragment, type ReactNode } from 'react'

const tag = /<(em|b|code)>(.*?)<\/\1>/gs

/**
 * A sentence of a catalogue with its marks: `<em>` for now, `<b>` strong, `<code>` monospaced. Nothing else is markup, and what
 * stands inside stays text, so a hostile name cannot become an element.
 */
export function rich(sentence: string): ReactNode {
  const parts: ReactNode[] = []
  let from = 0
  for (const match of sentence.matchAll(tag)) {
    if (match.index > from) parts.push(sentence.slice(from, match.index))
    const [whole, name, inner = ''] = match
    const key = match.index
    parts.push(name === 'em' ? <em key={key}>{inner}</em> : name === 'b' ? <b key={key}>{inner}</b> : <code key={key}>{inner}</code>)
    from = match.index + whole.length
  }
  if (from < sentence.length) parts.push(sentence.slice(from))
  return <Fragment>{parts}</Fragment>
}

/** The sentence without its marks, for accessible names and titles. */
export function plain(sentence: string): string {
  return sentence.replace(tag, '$2')
}
