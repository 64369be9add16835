import { CommandError } from './environment'

/** Splits a command line into words as a POSIX shell does: quotes and backslashes, no expansion. */
export function splitWords(line: string): string[] {
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  for (let i = 0; i < line.length; i++) {
    const char = line.charAt(i)
    if (quote !== '') {
      if (char === quote) quote = ''
      else if (char === '\\' && quote === '"' && /["\\$`]/.test(line.charAt(i + 1))) word = (word ?? '') + line.charAt(++i)
      else word = (word ?? '') + char
    } else if (char === '"' || char === "'") {
      quote = char
      word ??= ''
    } else if (char === '\\') {
      if (i + 1 < line.length) word = (word ?? '') + line.charAt(++i)
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else {
      word = (word ?? '') + char
    }
  }
  if (quote !== '') throw new CommandError(`unexpected end of line while looking for matching ${quote}`)
  if (word !== undefined) words.push(word)
  return words
}
