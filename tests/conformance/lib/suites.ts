import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Suite } from './suite'

/** Gives the suite, or undefined while its runner does not exist. A runner that exists and does not load is an error. */
type Load = () => Promise<Suite | undefined>

const from = (name: string): Load => async () => {
  const file = new URL(`../${name}.ts`, import.meta.url)
  if (!existsSync(fileURLToPath(file))) return undefined
  const module = await import(/* @vite-ignore */ file.href) as { readonly runSuite?: Suite }
  if (module.runSuite === undefined) throw new Error(`tests/conformance/${name}.ts does not export runSuite`)
  return module.runSuite
}

/** The suites by name; each module is loaded when it is asked for. */
export const suites: Readonly<Record<string, Load>> = {
  etcd: from('etcd'),
  apiserver: from('apiserver'),
  scheduler: from('scheduler'),
  classic: from('classic'),
  queue: from('queue'),
  openb: from('openb'),
  controllers: from('controllers'),
}
