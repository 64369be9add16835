import type { ApiObject } from '../api'
import type { ManifestDocument, ManifestProblem, Manifests } from './read'

/** How a Pod's share of a GPU is asked for. `count`: whole devices; `share`: thousandths of devices. */
export type GpuMapping = 'count' | 'share'

const nodeHeader = ['sn', 'cpu_milli', 'memory_mib', 'gpu', 'model'] as const
const podHeader = ['name', 'cpu_milli', 'memory_mib', 'num_gpu', 'gpu_milli', 'gpu_spec', 'qos', 'pod_phase', 'creation_time', 'deletion_time', 'scheduled_time'] as const

/** Before any virtual time. */
const traceBegan = '2025-12-31T00:00:00Z'

type Row<Column extends string> = Readonly<Record<Column, string>>

/** Is this one of the two tables of the openb cluster? Told by its header. */
export function isOpenbTable(text: string): boolean {
  const header = headerOf(text)
  return header === nodeHeader.join(',') || header === podHeader.join(',')
}

/** Does it look like a table at all, though none we know? For a helpful message. */
export function looksLikeTable(text: string): boolean {
  const [first = '', second = ''] = text.slice(0, 10_000).split(/\r?\n/)
  const cells = first.split(',').length
  return cells >= 3 && second.split(',').length === cells && !/[:{}[\]]/.test(first)
}

/**
 * The Nodes or Pods of a table of Alibaba's openb cluster (the GPU cluster of the FGD paper). Pods come in the order of their creation
 * time, equal ones as in the file. Columns that scheduling does not look at are kept as annotations `openb/<column>`.
 */
export function readOpenbTable(text: string, file: string, gpu: GpuMapping): Manifests {
  const documents: ManifestDocument[] = []
  const problems: ManifestProblem[] = []
  const isNodes = headerOf(text) === nodeHeader.join(',')
  const columns: readonly string[] = isNodes ? nodeHeader : podHeader
  const created: number[] = []
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/)
  lines.forEach((line, i) => {
    if (i === 0 || line === '') return
    const fail = (message: string, column: number): void => { problems.push({ file, line: i + 1, column, message }) }
    if (line.includes('"')) return fail('quotation marks are not expected in this table', line.indexOf('"') + 1)
    const cells = line.split(',')
    if (cells.length !== columns.length) return fail(`${columns.length} columns are expected, not ${cells.length}`, 1)
    const columnOf = (name: string): number => cells.slice(0, columns.indexOf(name)).join(',').length + (columns.indexOf(name) === 0 ? 1 : 2)
    const row = Object.fromEntries(columns.map((name, at) => [name, cells[at] ?? ''])) as Row<string>
    for (const name of isNodes ? ['cpu_milli', 'memory_mib', 'gpu'] : ['cpu_milli', 'memory_mib', 'num_gpu', 'gpu_milli', 'creation_time']) {
      if (!/^[0-9]{1,15}$/.test(row[name] ?? '')) return fail(`${name}: a whole number is expected, not ${JSON.stringify(row[name])}`, columnOf(name))
    }
    const name = row[isNodes ? 'sn' : 'name'] ?? ''
    if (!/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name)) return fail(`${isNodes ? 'sn' : 'name'}: ${JSON.stringify(name)} cannot be the name of an object`, 1)
    const place = { line: i + 1, column: 1, endLine: i + 1, endColumn: line.length + 1, exact: false }
    created.push(isNodes ? 0 : Number(row['creation_time']))
    documents.push({
      object: isNodes ? nodeOf(row as Row<(typeof nodeHeader)[number]>) : podOf(row as Row<(typeof podHeader)[number]>, gpu),
      source: { file, index: i - 1, line: i + 1 }, positionOf: () => place,
    })
  })
  const order = documents.map((_, i) => i).sort((a, b) => (created[a] as number) - (created[b] as number) || a - b)
  return { documents: order.map((i) => documents[i] as ManifestDocument), problems }
}

function headerOf(text: string): string {
  const end = text.search(/\r?\n/)
  return (end < 0 ? text : text.slice(0, end)).replace(/^\ufeff/, '')
}

function nodeOf(row: Row<(typeof nodeHeader)[number]>): ApiObject {
  const gpus = Number(row.gpu)
  const allocatable = {
    cpu: `${row.cpu_milli}m`, memory: `${row.memory_mib}Mi`, pods: '1001',
    ...(gpus > 0 ? { 'alibabacloud.com/gpu-count': String(gpus), 'alibabacloud.com/gpu-milli': String(gpus * 1000) } : {}),
  }
  return {
    apiVersion: 'v1', kind: 'Node',
    // They are machines of a cluster that ran: there already, and Ready.
    metadata: { name: row.sn, creationTimestamp: traceBegan, labels: { 'kubernetes.io/hostname': row.sn, ...(row.model === '' ? {} : { 'alibabacloud.com/gpu-card-model': row.model }) } },
    status: { capacity: allocatable, allocatable, conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' }] },
  }
}

function podOf(row: Row<(typeof podHeader)[number]>, gpu: GpuMapping): ApiObject {
  const gpus = Number(row.num_gpu)
  const requests = {
    cpu: `${row.cpu_milli}m`, memory: `${row.memory_mib}Mi`,
    ...(gpus === 0 ? {} : gpu === 'count' ? { 'alibabacloud.com/gpu-count': String(gpus) } : { 'alibabacloud.com/gpu-milli': String(gpus * Number(row.gpu_milli)) }),
  }
  // What is not CPU or memory cannot be asked for without a limit.
  const { cpu: _cpu, memory: _memory, ...devices } = requests
  const kept = { qos: row.qos, pod_phase: row.pod_phase, creation_time: row.creation_time, deletion_time: row.deletion_time, scheduled_time: row.scheduled_time }
  const models = row.gpu_spec === '' ? [] : row.gpu_spec.split('|')
  return {
    apiVersion: 'v1', kind: 'Pod',
    metadata: {
      name: row.name, namespace: 'default',
      annotations: Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== '').map(([name, value]) => [`openb/${name}`, value])),
    },
    spec: {
      containers: [{ name: 'app', image: 'registry.example/app:1', resources: { requests, ...(gpus === 0 ? {} : { limits: devices }) } }],
      ...(models.length === 0 ? {} : {
        affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'alibabacloud.com/gpu-card-model', operator: 'In', values: models }] }] } } },
      }),
    },
  }
}
