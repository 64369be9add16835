import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Benchmark } from './benchmark'

type Load = () => Promise<readonly Benchmark[] | undefined>

const from = (name: string): Load => async () => {
  const file = new URL(`../${name}.ts`, import.meta.url)
  if (!existsSync(fileURLToPath(file))) return undefined
  const module = await import(/* @vite-ignore */ file.href) as { readonly benchmarks?: readonly Benchmark[] }
  if (module.benchmarks === undefined) throw new Error(`tests/bench/${name}.ts does not export benchmarks`)
  return module.benchmarks
}

/** The benchmarks by name; undefined: there is none of that name yet. */
export const table: Readonly<Record<string, Load>> = {
  etcd: from('etcd'),
  manifest: from('manifest'),
  apiserver: from('apiserver'),
  schedule: from('schedule'),
  genload: from('genload'),
  cluster: from('cluster'),
  host: from('host'),
}
