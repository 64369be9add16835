import { writeFileSync } from 'node:fs'
import { hashOf } from '../../src/base'
import { benchmark } from './lib/benchmark'
import { makeLoad, workloads, type Workload } from './lib/load'

/** `npm run bench -- genload --nodes N --existing N --pods N --workload NAME [--seed N] --out FILE`: a load for `schedule`, the same for the same numbers. */
export const benchmarks = [
  benchmark('genload', ({ size, option, report }) => {
    const number = (name: string, smoke: number, real: number): number => Number(option(name) ?? size({ smoke, real }))
    const workload = option('workload') ?? 'basic'
    if (!isWorkload(workload)) throw new Error(`there is no workload "${workload}"; there are: ${workloads.join(', ')}`)
    const load = makeLoad({
      nodes: number('nodes', 20, 5_000), existing: number('existing', 20, 5_000), pods: number('pods', 20, 2_000), workload, seed: Number(option('seed') ?? 1),
    })
    const text = JSON.stringify(load)
    const out = option('out')
    if (out !== undefined) writeFileSync(out, text)
    report({ checksum: hashOf(text), workload, objects: load.objects.length, pods: load.pods.length, megabytes: text.length / 2 ** 20, ...(out === undefined ? {} : { file: out }) })
  }),
]

function isWorkload(name: string): name is Workload {
  return (workloads as readonly string[]).includes(name)
}
