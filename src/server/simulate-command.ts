import { parseArgs } from 'node:util'
import { parseDuration, resources } from '../api'
import type { Cluster } from '../engine'
import { writeYaml } from '../manifest'
import { scenarioOf, scenarios } from '../scenarios'
import { durationText } from './duration'
import { explanationText } from './explain-text'
import { loadIntoCluster, problemLine, type LoadProblem } from './load'
import { landingsOf, podsOf, type Landing } from './pods'
import { prepare } from './prepare'
import { readFiles, type InputFile, type Terminal } from './read-files'
import { faultRowCells, liveThrough, readFaults, type FaultRow } from './simulate-faults'
import { textTable } from './text-table'

const usage = `usage: npm run simulate -- -f FILE... [options]

  -f, --filename FILE    manifests, dumps or openb tables: YAML, JSON or CSV; a folder; "-" for standard input. Can be repeated.
                         A KubeSchedulerConfiguration among them configures the scheduler.
      --scenario ID      the cluster to load them into (${scenarios.join(', ')}); default: an empty one
                         when the files bring Nodes, otherwise "empty", six nodes in three zones
      --seed N           seed of every random choice; default: the scenario's, or 1
      --until DURATION   virtual time to run after loading ("60s", "1h30m"); default: until nothing changes any more, an hour at most
      --fault FAULT      something to break at a moment after loading, and to heal by itself: 'at=30s kill node-b for=60s'.
                         kill NODE, cut NODE, kubelet NODE, runtime NODE, disk NODE used=95%, memory NAMESPACE/POD rate=8Mi/s,
                         scheduler, controller-manager, controller NAME, apiserver, etcd delay=2s, registry;
                         'at=2m heal kubelet node-b' heals by hand. Can be repeated.
      --faults FILE      a file of them, one a line
  -o, --output FORMAT    table (default), json or yaml
      --explain POD      the last decision about a Pod ("namespace/name", or a name in default), in full
      --gpu MODE         how Pods of openb tables ask for GPUs: share (default) or count
  -h, --help
`

const seedMax = Number.MAX_SAFE_INTEGER
const quietMs = 10_000
const quietLimitMs = 3_600_000

interface Options {
  readonly paths: readonly string[]
  readonly scenario: string | undefined
  readonly seed: number | undefined
  readonly untilMs: number | undefined
  readonly output: 'table' | 'json' | 'yaml'
  readonly explain: string | undefined
  readonly gpu: 'share' | 'count'
  readonly faults: readonly string[]
  readonly faultFiles: readonly string[]
}

/** What a run is told with -o json and -o yaml. Times in virtual milliseconds. */
interface Result {
  readonly scenario: string | null
  readonly seed: number
  readonly now: number
  readonly nodes: number
  readonly revision: number
  readonly historyHash: string
  readonly stateHash: string
  readonly pods: readonly Landing[]
  /** What was broken on purpose. */
  readonly faults?: readonly FaultRow[]
}

/**
 * `npm run simulate`: loads files into a cluster, runs virtual time, and says where each Pod landed or why it did not.
 * Gives the exit status: 0; 1 when the Pod to explain is not there; 2 when a file or an argument is wrong, and then nothing was said on
 * standard output.
 */
export function simulate(args: readonly string[], terminal: Terminal): number {
  const options = readOptions(args)
  if (typeof options === 'string') {
    if (options === '') terminal.out(usage)
    else terminal.error(`${options}\n`)
    return options === '' ? 0 : 2
  }
  const { files, problems } = readFiles(options.paths, terminal)
  if (problems.length > 0) return wrong(problems, terminal)
  const faultFiles = readFiles(options.faultFiles, terminal)
  if (faultFiles.problems.length > 0) return wrong(faultFiles.problems, terminal)
  const planned = readFaults(options.faults, faultFiles.files)
  if (planned.problems.length > 0) return wrong(planned.problems, terminal)
  const prepared = prepare(files, options)
  if ('problems' in prepared) return wrong(prepared.problems, terminal)
  const { cluster, scenario, seed, dump, isOwnChoice } = prepared
  const { problems: refused, notes } = loadIntoCluster(cluster, dump)
  if (refused.length > 0) return wrong(inFileOrder(refused, files).map(problemLine), terminal)
  for (const note of notes) terminal.error(`note: ${problemLine(note)}\n`)
  for (const { file, line, what, message } of dump.report.problems) terminal.error(`note: ${file}:${line ?? 1}: ${what === undefined ? '' : `${what}: `}${message}\n`)
  if (isOwnChoice) terminal.error(`note: there is no Node in the files: they go onto the cluster of scenario "${scenario?.id ?? ''}"\n`)
  const loadedAt = cluster.simulation.now
  const broken = planned.faults.length === 0 ? undefined : liveThrough(cluster, planned.faults, options.untilMs)
  if (broken !== undefined && broken.problems.length > 0) return wrong(broken.problems, terminal)
  if (options.untilMs === undefined) runUntilQuiet(cluster)
  else cluster.simulation.run({ until: loadedAt + options.untilMs })
  if (options.explain !== undefined) return explain(cluster, options.explain, options.output, terminal)
  const pods = landingsOf(cluster)
  const result: Result = {
    scenario: scenario?.id ?? null, seed, now: cluster.simulation.now, nodes: cluster.listAt(resources.nodes).length,
    revision: cluster.etcd.revision, historyHash: cluster.simulation.historyHash(), stateHash: cluster.stateHash(), pods, ...(broken === undefined ? {} : { faults: broken.rows() }),
  }
  terminal.out(options.output === 'json' ? `${JSON.stringify(result, null, 2)}\n` : options.output === 'yaml' ? writeYaml(result) : resultText(result))
  return 0
}

/** Objects are not stored in the order in which they are written; what is wrong is told in that one. */
function inFileOrder(problems: readonly LoadProblem[], files: readonly InputFile[]): LoadProblem[] {
  const rank = (problem: LoadProblem): number => files.findIndex(({ name }) => name === problem.file)
  return [...problems].sort((a, b) => rank(a) - rank(b) || a.line - b.line)
}

function wrong(lines: readonly string[], terminal: Terminal): number {
  for (const line of lines) terminal.error(`${line}\n`)
  return 2
}

/** The options; a text when they are wrong, an empty one for help. */
function readOptions(args: readonly string[]): Options | string {
  let parsed
  try {
    parsed = parseArgs({
      args: [...args], allowPositionals: true,
      options: {
        filename: { type: 'string', short: 'f', multiple: true }, seed: { type: 'string' }, until: { type: 'string' }, output: { type: 'string', short: 'o' },
        fault: { type: 'string', multiple: true }, faults: { type: 'string', multiple: true }, explain: { type: 'string' }, scenario: { type: 'string' }, gpu: { type: 'string' }, help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}\n${usage.trimEnd()}`
  }
  const { values, positionals } = parsed
  if (values.help === true) return ''
  const paths = [...values.filename ?? [], ...positionals]
  if (paths.length === 0 && values.scenario === undefined) return `-f: a file is needed, or a scenario\n${usage.trimEnd()}`
  const seed = values.seed === undefined ? undefined : /^[0-9]{1,16}$/.test(values.seed) ? Number(values.seed) : Number.NaN
  if (seed !== undefined && !(seed <= seedMax)) return `--seed: a whole number from 0 is expected, not ${JSON.stringify(values.seed)}`
  const untilMs = values.until === undefined ? undefined : parseDuration(values.until)
  if (values.until !== undefined && untilMs === undefined) return `--until: a duration like 60s or 1h30m is expected, not ${JSON.stringify(values.until)}`
  const { output = 'table', gpu = 'share' } = values
  if (output !== 'table' && output !== 'json' && output !== 'yaml') return `--output: table, json or yaml is expected, not ${JSON.stringify(output)}`
  if (gpu !== 'share' && gpu !== 'count') return `--gpu: share or count is expected, not ${JSON.stringify(gpu)}`
  if (values.scenario !== undefined && scenarioOf(values.scenario) === undefined) return `--scenario: there is none called ${JSON.stringify(values.scenario)}; there are: ${scenarios.join(', ')}`
  if (values.explain !== undefined && !/^(?:[^/]+\/)?[^/]+$/.test(values.explain)) return `--explain: namespace/name is expected, not ${JSON.stringify(values.explain)}`
  return { paths, scenario: values.scenario, seed, untilMs, output, explain: values.explain, gpu, faults: values.fault ?? [], faultFiles: values.faults ?? [] }
}

/** Until no Pod has changed its place or its phase for ten virtual seconds and the scheduler has nothing to decide. */
function runUntilQuiet(cluster: Cluster): void {
  const { simulation, scheduler } = cluster
  const end = simulation.now + quietLimitMs
  let last = ''
  let since = simulation.now
  while (simulation.now < end) {
    simulation.run({ until: simulation.now + 1_000 })
    const { active, backoff } = scheduler.queueView(0).lengths
    const now = podsOf(cluster).map((pod) => `${pod.metadata.uid ?? ''} ${pod.spec?.nodeName ?? ''} ${pod.status?.phase ?? ''}`).join('\n')
    if (now !== last || active > 0 || scheduler.busy) since = simulation.now
    last = now
    if (simulation.now - since >= quietMs && backoff === 0) return
    // Pods that the scheduler cannot place come back from back-off for ever; nobody waits for that.
    if (simulation.now - since >= 6 * quietMs) return
  }
}

function resultText({ pods, now, seed, nodes, historyHash, faults }: Result): string {
  const rows = pods.map(({ namespace, name, status, node, decidedAt, reason, message }) => [
    namespace, name, status, node ?? '-', decidedAt === undefined ? (node === null ? '-' : 'came so') : durationText(decidedAt), message ?? (reason === status ? '' : reason ?? ''),
  ])
  const placed = pods.filter((pod) => pod.node !== null).length
  const summary = `${pods.length} Pods: ${placed} on ${nodes} nodes, ${pods.length - placed} not placed; ${durationText(now)} of virtual time, seed ${seed}, history ${historyHash}`
  return `${rows.length === 0 ? 'There are no Pods.' : textTable(['NAMESPACE', 'NAME', 'STATUS', 'NODE', 'DECIDED', 'MESSAGE'], rows)}\n\n${faults === undefined || faults.length === 0 ? '' : `${textTable(['BROKEN', 'AT', 'HEALED'], faults.map(faultRowCells))}\n\n`}${summary}\n`
}

function explain(cluster: Cluster, wanted: string, output: Options['output'], terminal: Terminal): number {
  const key = wanted.includes('/') ? wanted : `default/${wanted}`
  const pods = landingsOf(cluster)
  const pod = pods.find(({ namespace, name }) => `${namespace}/${name}` === key)
  if (pod === undefined) {
    const near = pods.map(({ namespace, name }) => `${namespace}/${name}`).filter((candidate) => candidate.startsWith(key)).slice(0, 10)
    terminal.error(`there is no Pod ${key}${near.length > 0 ? `; there are: ${near.join(', ')}` : ''}\n`)
    return 1
  }
  if (pod.cycle === undefined) {
    terminal.error(`Pod ${key} was never decided about: ${pod.node === null ? pod.message ?? 'the scheduler has not come to it' : `it came with node ${pod.node}`}\n`)
    return 1
  }
  const explanation = cluster.explain(pod.cycle)
  if (explanation === undefined) {
    terminal.error(`the history of cycle ${pod.cycle} is gone\n`)
    return 1
  }
  terminal.out(output === 'json' ? `${JSON.stringify(explanation, null, 2)}\n` : output === 'yaml' ? writeYaml(explanation) : explanationText(explanation))
  return 0
}

