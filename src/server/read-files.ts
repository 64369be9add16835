import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

export interface InputFile {
  readonly name: string
  readonly text: string
}

/** What a program has around it: so that it can be run by a test. */
export interface Terminal {
  out(text: string): void
  error(text: string): void
  /** Everything that comes on standard input. */
  stdin(): string
}

export const processTerminal: Terminal = {
  out: (text) => { process.stdout.write(text) },
  error: (text) => { process.stderr.write(text) },
  stdin: () => readFileSync(0, 'utf8'),
}

const isManifest = (name: string): boolean => /\.(?:ya?ml|json|csv)$/i.test(name)

/**
 * The files behind `-f`: a file, "-" for standard input, or a folder (its manifests in order of name, as kubectl takes them).
 * `problems`: what could not be read, one line each.
 */
export function readFiles(paths: readonly string[], terminal: Terminal): { readonly files: readonly InputFile[]; readonly problems: readonly string[] } {
  const files: InputFile[] = []
  const problems: string[] = []
  for (const path of paths) {
    try {
      if (path === '-') files.push({ name: 'stdin', text: terminal.stdin() })
      else if (statSync(path).isDirectory()) {
        const names = readdirSync(path).filter(isManifest).sort()
        if (names.length === 0) problems.push(`${path}: there is no .yaml, .yml, .json or .csv file in this folder`)
        for (const name of names) files.push({ name: join(path, name), text: readFileSync(join(path, name), 'utf8') })
      } else files.push({ name: path, text: readFileSync(path, 'utf8') })
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      problems.push(`${path}: ${code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'this file may not be read' : String(error)}`)
    }
  }
  return { files, problems }
}
