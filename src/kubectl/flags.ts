import { CommandError } from './environment'

/** Flags of a command: their names, whether they take a value, and their short letters. Upstream: spf13/pflag. */
export interface FlagSpec {
  readonly name: string
  readonly short?: string
  /** "bool" flags take a value only after "=". "list" flags may be repeated and split at commas. "text" flags may be repeated, unsplit. */
  readonly type: 'bool' | 'string' | 'list' | 'texts'
  /** The value of a string flag that is given without one (--dry-run). */
  readonly bare?: string
}

export class Flags {
  readonly #values = new Map<string, string[]>()

  set(name: string, value: string, replace: boolean): void {
    if (replace) this.#values.set(name, [value])
    else this.#values.set(name, [...(this.#values.get(name) ?? []), value])
  }

  has(name: string): boolean {
    return this.#values.has(name)
  }

  bool(name: string): boolean {
    return this.#values.get(name)?.at(-1) === 'true'
  }

  /** Undefined when it was not given. */
  string(name: string): string | undefined {
    return this.#values.get(name)?.at(-1)
  }

  list(name: string): readonly string[] {
    return this.#values.get(name) ?? []
  }

  integer(name: string): number | undefined {
    const text = this.string(name)
    if (text === undefined) return undefined
    if (!/^-?\d+$/.test(text)) throw new CommandError(`invalid argument "${text}" for "--${name}" flag: strconv.ParseInt: parsing "${text}": invalid syntax`)
    return Number(text)
  }
}

export interface ParsedArguments {
  readonly words: readonly string[]
  readonly flags: Flags
  /** What stands behind "--". */
  readonly rest: readonly string[]
}

export function parseArguments(words: readonly string[], specs: readonly FlagSpec[], command: string): ParsedArguments {
  const flags = new Flags()
  const plain: string[] = []
  const help = `\nSee 'kubectl ${command} --help' for usage.`
  const put = (spec: FlagSpec, value: string): void => {
    if (spec.type === 'list') for (const part of value.split(',')) flags.set(spec.name, part, false)
    else if (spec.type === 'texts') flags.set(spec.name, value, false)
    else {
      if (spec.type === 'bool' && !/^(true|false)$/.test(value)) throw new CommandError(`invalid argument "${value}" for "--${spec.name}" flag: strconv.ParseBool: parsing "${value}": invalid syntax`)
      flags.set(spec.name, value, true)
    }
  }
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string
    if (word === '--') return { words: plain, flags, rest: words.slice(i + 1) }
    if (word.startsWith('--')) {
      const equals = word.indexOf('=')
      const name = equals < 0 ? word.slice(2) : word.slice(2, equals)
      const spec = specs.find((candidate) => candidate.name === name)
      if (spec === undefined) throw new CommandError(`error: unknown flag: --${name}${help}`)
      if (equals >= 0) put(spec, word.slice(equals + 1))
      else if (spec.type === 'bool') put(spec, 'true')
      else if (spec.bare !== undefined) put(spec, spec.bare)
      else {
        const value = words[++i]
        if (value === undefined) throw new CommandError(`error: flag needs an argument: --${name}${help}`)
        put(spec, value)
      }
    } else if (word.startsWith('-') && word.length > 1) {
      for (let k = 1; k < word.length; k++) {
        const letter = word.charAt(k)
        const spec = specs.find((candidate) => candidate.short === letter)
        if (spec === undefined) throw new CommandError(`error: unknown shorthand flag: '${letter}' in ${word}${help}`)
        if (spec.type === 'bool') { put(spec, 'true'); continue }
        let value: string | undefined = word.slice(k + 1)
        if (value.startsWith('=')) value = value.slice(1)
        if (value === '') value = spec.bare ?? words[++i]
        if (value === undefined) throw new CommandError(`error: flag needs an argument: '${letter}' in ${word}${help}`)
        put(spec, value)
        break
      }
    } else plain.push(word)
  }
  return { words: plain, flags, rest: [] }
}
