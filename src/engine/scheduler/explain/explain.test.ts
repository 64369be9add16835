import { describe, expect, test } from 'vitest'
import type { Explanation } from '../../../api'
import schema from '../../../api/explanation.schema.json'
import { makeNode, makePod } from '../testing/builders'
import { SimulatedScheduler } from '../testing/simulated'

const explained = (cluster: SimulatedScheduler, cycle: number): Explanation => cluster.scheduler.explain(cycle, cluster.listAt) as Explanation

const verdictsOf = (explanation: Explanation, plugin: string): Record<string, unknown> =>
  Object.fromEntries(explanation.filters.find((filter) => filter.plugin === plugin)?.verdicts.map(({ node, code, reasons, reported }) => [node, { code, reasons, reported }]) ?? [])

describe('an explanation', () => {
  test('has every plugin that refuses a node, the first of them marked', () => {
    const cluster = new SimulatedScheduler(1)
    cluster.put(makeNode('both', { allocatable: { cpu: '1' }, spec: { taints: [{ key: 't', effect: 'NoSchedule' }] } }))
    cluster.put(makeNode('small', { allocatable: { cpu: '1' } }))
    cluster.put(makeNode('good'))
    cluster.put(makePod('a', { requests: { cpu: '2' } }))
    cluster.run(200)
    const explanation = explained(cluster, 1)
    const lacks = { code: 'UnschedulableAndUnresolvable', reasons: ['Insufficient cpu'] }
    expect(verdictsOf(explanation, 'TaintToleration')['both']).toEqual({ code: 'UnschedulableAndUnresolvable', reasons: ['node(s) had untolerated taint(s)'], reported: true })
    expect(verdictsOf(explanation, 'NodeResourcesFit')).toEqual({
      both: { ...lacks, reported: false }, small: { ...lacks, reported: true }, good: { code: 'Success', reasons: [], reported: false },
    })
    expect(explanation).toMatchObject({ feasible: ['good'], winner: 'good', scoringRan: false, scores: [], totals: [], visited: 3 })
    expect(explanation.filters.find(({ plugin }) => plugin === 'NodePorts')).toEqual({ plugin: 'NodePorts', skipped: true, verdicts: [] })
  })

  test('has raw, normalised and weighted scores that add up to the totals', () => {
    const cluster = new SimulatedScheduler(1)
    for (const [name, cpu] of [['n1', '2'], ['n2', '4'], ['n3', '8']] as const) cluster.put(makeNode(name, { allocatable: { cpu }, images: name === 'n1' ? ['registry.example/app:1'] : [] }))
    cluster.put(makePod('a', { requests: { cpu: '1', memory: '1Gi' } }))
    cluster.run(200)
    const explanation = explained(cluster, 1)
    expect(explanation.scoringRan).toBe(true)
    for (const { node, total } of explanation.totals) {
      const cells = explanation.scores.flatMap(({ cells: own }) => own.filter((cell) => cell.node === node))
      expect(cells.reduce((sum, { weighted }) => sum + weighted, 0)).toBe(total)
    }
    for (const { weight, cells } of explanation.scores) for (const cell of cells) expect(cell.weighted).toBe(cell.normalized * weight)
    expect(explanation.ties).toContain(explanation.winner)
  })

  test('shows a refusal that only nominated Pods cause', () => {
    const cluster = new SimulatedScheduler(1)
    cluster.put(makeNode('n1', { allocatable: { cpu: '1' } }))
    cluster.put(makePod('low', { requests: { cpu: '1' }, node: 'n1' }))
    cluster.put(makePod('high', { requests: { cpu: '1' }, priority: 10 }))
    cluster.run(200)
    cluster.remove('pods', 'default/low')
    // Held back by nobody, but the room is the nominated one's.
    cluster.put(makePod('other', { requests: { cpu: '1' } }))
    cluster.run(15)
    cluster.run(200)
    const own = cluster.scheduler.cycles(10, 'default/other')[0]
    const explanation = explained(cluster, own?.id ?? 0)
    expect(explanation.fitError).toContain('0/1 nodes are available: 1 Insufficient cpu.')
    expect(verdictsOf(explanation, 'NodeResourcesFit')['n1']).toMatchObject({ code: 'Unschedulable', reported: true })
  })

  test('of a preemption names every node where it would work', () => {
    const cluster = new SimulatedScheduler(1)
    for (const node of ['n1', 'n2']) {
      cluster.put(makeNode(node, { allocatable: { cpu: '1' } }))
      cluster.put(makePod(`low-${node}`, { requests: { cpu: '1' }, node, priority: node === 'n1' ? 5 : 0 }))
    }
    cluster.put(makePod('high', { requests: { cpu: '1' }, priority: 10 }))
    cluster.run(200)
    const explanation = explained(cluster, 1)
    expect(explanation.postFilter).toMatchObject({ nominatedNode: 'n2', answer: { plugin: 'DefaultPreemption', code: 'Success' } })
    expect(explanation.postFilter?.candidates.map(({ node, victims }) => [node, victims.map(({ name }) => name)]).sort()).toEqual([['n1', ['low-n1']], ['n2', ['low-n2']]])
  })

  test('has no filters when PreFilter refused the Pod as a whole', () => {
    const cluster = new SimulatedScheduler(1)
    cluster.put(makeNode('n1'))
    cluster.put(makePod('a', { spec: { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'missing' } }] } }))
    cluster.run(200)
    const explanation = explained(cluster, 1)
    expect([explanation.filters, explanation.feasible]).toEqual([[], []])
    expect(explanation.preFilter.filter(({ code }) => code !== 'Success' && code !== 'Skip').length).toBeGreaterThan(0)
  })

  test('is as its schema says', () => {
    const cluster = new SimulatedScheduler(1)
    for (const node of ['n1', 'n2', 'n3']) cluster.put(makeNode(node, { allocatable: { cpu: '1' } }))
    for (let i = 0; i < 5; i++) cluster.put(makePod(`p${i}`, { requests: { cpu: '800m' }, priority: i }))
    cluster.run(2_000)
    const cycles = cluster.scheduler.cycles(100)
    expect(cycles.length).toBeGreaterThan(4)
    for (const { id } of cycles) expect(violations(JSON.parse(JSON.stringify(explained(cluster, id))), schema as unknown as Schema)).toEqual([])
    expect(violations({ cycle: 1 }, schema as unknown as Schema)).toContain('$.nodes: missing')
  })
})

interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: false | Schema
  readonly items?: Schema
  readonly minimum?: number
  readonly maximum?: number
}

/** As much of JSON Schema as ours uses. */
function violations(value: unknown, { $ref, ...own }: Schema, path = '$'): string[] {
  const defs = (schema as unknown as { readonly $defs: Readonly<Record<string, Schema>> }).$defs
  const is = $ref === undefined ? own : defs[$ref.replace('#/$defs/', '')] ?? {}
  if ($ref !== undefined) return violations(value, is, path)
  const kind = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value
  const found: string[] = []
  const types = is.type === undefined ? undefined : [is.type].flat()
  if (types !== undefined && !types.some((type) => type === kind || (type === 'integer' && Number.isInteger(value)))) return [`${path}: ${kind} is no ${types.join(' or ')}`]
  if (is.enum !== undefined && !is.enum.includes(value)) found.push(`${path}: ${String(value)} is none of ${is.enum.join(', ')}`)
  if (typeof value === 'number' && (value < (is.minimum ?? -Infinity) || value > (is.maximum ?? Infinity))) found.push(`${path}: ${value} is out of range`)
  if (Array.isArray(value)) value.forEach((item, i) => { found.push(...violations(item, is.items ?? {}, `${path}[${i}]`)) })
  else if (typeof value === 'object' && value !== null) {
    for (const name of is.required ?? []) if (!(name in value)) found.push(`${path}.${name}: missing`)
    for (const [name, member] of Object.entries(value)) {
      const known = is.properties?.[name] ?? (is.additionalProperties === false ? undefined : is.additionalProperties ?? {})
      if (known === undefined) found.push(`${path}.${name}: unknown`)
      else found.push(...violations(member, known, `${path}.${name}`))
    }
  }
  return found
}
