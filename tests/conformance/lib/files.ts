import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

/** Names of a folder's vector files by extension (default .json and .json.gz), sorted; `skip` names what is no vector. */
export function vectorFiles(folder: string, extensions: readonly string[] = ['.json', '.json.gz'], skip: readonly string[] = ['index.json']): string[] {
  return readdirSync(folder)
    .filter((name) => extensions.some((extension) => name.endsWith(extension)) && !skip.includes(name))
    .sort()
}

/** A file's text; .gz is unpacked. */
export function readText(folder: string, file: string): string {
  const bytes = readFileSync(join(folder, file))
  return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
}

export function readJson(folder: string, file: string): unknown {
  return JSON.parse(readText(folder, file)) as unknown
}
