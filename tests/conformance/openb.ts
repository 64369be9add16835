import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { virtualMs, type Node, type Pod } from '../../src/api'
import { compareText, Random } from '../../src/base'
import { parseConfiguration } from '../../src/engine/scheduler'
import { Past } from '../../src/engine/scheduler/explain/past'
import type { Framework } from '../../src/engine/scheduler/framework/runtime'
import type { PodInfo } from '../../src/engine/scheduler/framework/types'
import { inTreePlugins } from '../../src/engine/scheduler/plugins/registry'
import { makeProfiles } from '../../src/engine/scheduler/profiles'
import { decide, prioritize, type DecisionListener } from '../../src/engine/scheduler/schedule-one'
import { expectSame } from './lib/difference'
import { readJson, readText, vectorFiles } from './lib/files'
import { vector, type Suite } from './lib/suite'

interface Mapping {
  readonly nodes: string
  readonly pods: string
  readonly gpu: 'count' | 'share'
  readonly limit: number | null
}

type Row = Readonly<Record<string, string>>

interface Line {
  readonly pod: string
  readonly feasible: number
  readonly winners?: number
  readonly total?: number
  readonly chosen?: string
  readonly message?: string
}

const here = fileURLToPath(new URL('.', import.meta.url))

/** One vector a Pod; each is decided with the recorded choices of all before it in place. */
export const runSuite: Suite = async function* (folder) {
  const mapping = readJson(folder, 'mapping.json') as Mapping
  const nodes = rows(text(folder, mapping.nodes)).map((row) => nodeOf(row))
  const pods = rows(text(folder, mapping.pods))
    .map((row, index) => ({ row, index })).sort((a, b) => Number(a.row['creation_time']) - Number(b.row['creation_time']) || a.index - b.index)
    .slice(0, mapping.limit ?? undefined).map(({ row }) => podOf(row, mapping.gpu))
  for (const file of vectorFiles(folder, ['.jsonl', '.jsonl.gz'])) {
    const cluster = new Cluster(nodes)
    const lines = readText(folder, file).split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Line)
    for (const [i, line] of lines.entries()) {
      const pod = pods[i]
      yield vector(file, line.pod, () => {
        if (pod === undefined) throw new Error('the recording has more Pods than the list')
        const got = cluster.decide(pod)
        if (line.chosen !== undefined) cluster.place(pod, line.chosen)
        expectSame(got, line)
      })
    }
  }
}

class Cluster {
  readonly #past: Past
  readonly #framework: Framework

  constructor(nodes: readonly Node[]) {
    this.#past = new Past({ nodes, pods: [], objectsOf: () => [], gates: {}, now: virtualMs(0), random: Random.seeded(1).state() })
    this.#framework = makeProfiles(parseConfiguration(undefined), inTreePlugins, this.#past).get('default-scheduler') as Framework
  }

  decide(pod: Pod): Line {
    const framework = this.#framework
    const { table } = this.#past
    const info = this.#past.infos.of(pod)
    const seen = new Feasible()
    const state = framework.newState()
    const decision = decide(framework, state, info, { startIndex: 0, percentageOfNodesToScore: 100, random: this.#past.random, listener: seen })
    const name = info.name
    if (decision.outcome !== 'scheduled') {
      // The FitError up to and with the full stop before its preemption part.
      return { pod: name, feasible: 0, message: decision.filterMessage }
    }
    const totals = seen.scores ?? scoresOf(framework, info, seen.rows)
    const total = Math.max(...totals)
    const winners = Array.from(seen.rows, (row) => table.info(row).name).filter((_, i) => totals[i] === total).sort(compareText)
    return { pod: name, feasible: seen.rows.length, winners: winners.length, total, chosen: winners[0] as string }
  }

  place(pod: Pod, node: string): void {
    const { table, infos } = this.#past
    table.addPod(table.rowOf(node) as number, infos.of({ ...pod, spec: { ...pod.spec, nodeName: node } } as Pod))
  }
}

/** The only feasible node has a total as well, though the scheduler does not ask for it. */
function scoresOf(framework: Framework, pod: PodInfo, feasible: Int32Array): readonly number[] {
  const state = framework.newState()
  framework.runPreFilter(state, pod)
  const scored = prioritize(framework, state, pod, feasible, feasible.length)
  if ('code' in scored) throw new Error(scored.reasons.join(', '))
  return Array.from(scored.subarray(0, feasible.length))
}

class Feasible implements DecisionListener {
  rows: Int32Array = new Int32Array(0)
  scores: readonly number[] | undefined

  feasible(rows: Int32Array, count: number): void { this.rows = rows.slice(0, count) }
  totals(_rows: Int32Array, count: number, totals: Float64Array): void { this.scores = Array.from(totals.subarray(0, count)) }
  preFilter(): void {}
  search(): void {}
  postFilter(): void {}
  raw(): void {}
  normalized(): void {}
}

/** The lists are beside the recording, where the real data is kept, or here. */
function text(folder: string, file: string): string {
  for (const place of [folder, join(folder, '../../realdata/openb'), join(here, '../../../shared/realdata/openb'), join(here, 'openb')]) {
    for (const name of [file, `${file}.gz`]) if (existsSync(join(place, name))) return readText(place, name)
  }
  throw new Error(`${file} is neither beside the recording nor in realdata/openb`)
}

function rows(csv: string): readonly Row[] {
  const [header = '', ...lines] = csv.split(/\r?\n/).filter((line) => line !== '')
  const names = header.split(',')
  return lines.map((line) => Object.fromEntries(line.split(',').map((value, i) => [names[i] ?? '', value])))
}

function nodeOf({ sn = '', cpu_milli, memory_mib, gpu, model = '' }: Row): Node {
  const gpus = Number(gpu)
  return {
    apiVersion: 'v1', kind: 'Node',
    metadata: { name: sn, uid: sn, labels: { 'kubernetes.io/hostname': sn, ...(model === '' ? {} : { 'alibabacloud.com/gpu-card-model': model }) } },
    status: {
      allocatable: {
        cpu: `${cpu_milli}m`, memory: `${memory_mib}Mi`, pods: '1001',
        ...(gpus > 0 ? { 'alibabacloud.com/gpu-count': String(gpus), 'alibabacloud.com/gpu-milli': String(gpus * 1000) } : {}),
      },
    },
  }
}

function podOf({ name = '', cpu_milli, memory_mib, num_gpu, gpu_milli, gpu_spec = '' }: Row, mapping: Mapping['gpu']): Pod {
  const gpus = Number(num_gpu)
  const wanted = mapping === 'count' ? { 'alibabacloud.com/gpu-count': String(gpus) } : { 'alibabacloud.com/gpu-milli': String(gpus * Number(gpu_milli)) }
  const models = gpu_spec === '' ? undefined : gpu_spec.split('|')
  return {
    apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', uid: name },
    spec: {
      containers: [{ name: 'c', image: 'registry.example/app:1', resources: { requests: { cpu: `${cpu_milli}m`, memory: `${memory_mib}Mi`, ...(gpus > 0 ? wanted : {}) } } }],
      ...(models === undefined ? {} : {
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'alibabacloud.com/gpu-card-model', operator: 'In', values: models }] }] },
          },
        },
      }),
    },
  }
}
