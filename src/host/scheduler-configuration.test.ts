import { describe, expect, test } from 'vitest'
import { Cluster, textbookPolicy } from '../engine'
import { canonicalJson } from '../base'
import { written } from './scheduler-configuration'
import { Bench } from './testing/bench'

function opened(scenario = 'shop-rollout'): Bench {
  const bench = new Bench()
  bench.call('open', { scenario })
  return bench
}

const hash = (bench: Bench): { history: string; state: string } => bench.call('hash', {})
const head = 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n'
const packing = `${head}# everything onto few nodes
profiles:
- schedulerName: default-scheduler
  pluginConfig:
  - name: NodeResourcesFit
    args:
      scoringStrategy:
        type: MostAllocated
        resources: [{ name: cpu, weight: 1 }, { name: memory, weight: 1 }]
`

describe('configuring kube-scheduler', () => {
  test('a text is put in force, kept as it was written, and counts as an input', () => {
    const bench = opened()
    const before = hash(bench)
    const event = bench.picture().position.event
    expect(bench.call('configureScheduler', { text: packing })).toMatchObject({ accepted: true, configuration: { mode: 'modern', text: packing, notes: [] } })
    expect(bench.picture().position.event).toBe(event + 1)
    expect(bench.picture().fact).toMatchObject({ id: 'caption.configured', args: { kind: 'KubeSchedulerConfiguration' }, target: { kind: 'component', name: 'kube-scheduler' } })
    expect(hash(bench).history).not.toBe(before.history)
    const { text, effective } = bench.call('schedulerConfiguration', {})
    expect(text).toBe(packing)
    expect(effective).toContain('type: MostAllocated')
    expect(effective).toContain('parallelism: 16')
  })

  test('a bad one is refused with the field, the real reason and its line; the old one stays and nothing happened', () => {
    const bench = opened()
    bench.call('configureScheduler', { text: packing })
    const before = [hash(bench), bench.picture().position, bench.call('schedulerConfiguration', {})]
    const refused = (text: string): unknown => {
      const answer = bench.call('configureScheduler', { text })
      return answer.accepted ? 'accepted' : answer.problems.map(({ field, message, line, column }) => [field, message, line, column])
    }
    expect(refused(`${head}percentageOfNodesToScore: 200\n`)).toEqual([['percentageOfNodesToScore', 'percentageOfNodesToScore: Invalid value: 200: not in valid range [0-100]', 3, 27]])
    expect(refused(`${head}paralelism: 3\n`)).toEqual([['paralelism', 'strict decoding error: unknown field "paralelism"', 3, 1]])
    expect(refused(`${head}profiles:\n- schedulerName: a\n  plugins:\n    score:\n      enabled:\n      - name: Nonsense\n`))
      .toEqual([['profiles', expect.stringContaining('"Nonsense" does not exist'), 8, 15]])
    expect(refused('kind: KubeSchedulerConfiguration\n')).toMatchObject([['apiVersion', "Object 'apiVersion' is missing", 1, 1]])
    expect(refused('')).toEqual([['kind', "Object 'Kind' is missing", 1, 1]])
    expect(refused(`${packing}---\n${packing}`)).toMatchObject([['', 'one configuration is expected, and here another begins', 13, 1]])
    expect(refused('a: [\n')).toMatchObject([[expect.any(String), expect.any(String), expect.any(Number), expect.any(Number)]])
    expect(refused(`${head}profiles: [{ schedulerName: a }, { schedulerName: a }]\n`)).toMatchObject([['profiles[1].schedulerName', expect.stringContaining('Duplicate value'), 3, expect.any(Number)]])
    expect([hash(bench), bench.picture().position, bench.call('schedulerConfiguration', {})]).toEqual(before)
  })

  test('a dry run only says what would become of it', () => {
    const bench = opened()
    const before = [hash(bench), bench.call('schedulerConfiguration', {})]
    expect(bench.call('configureScheduler', { text: packing, dryRun: true })).toMatchObject({ accepted: true, configuration: { mode: 'modern' } })
    expect([hash(bench), bench.call('schedulerConfiguration', {})]).toEqual(before)
  })

  test('classic is the textbook\'s Policy, with its plugins and the 0 to 10 scale; modern puts the last configuration back', () => {
    const bench = opened()
    bench.call('configureScheduler', { text: packing })
    expect(bench.call('configureScheduler', { mode: 'classic' })).toMatchObject({ accepted: true, configuration: { mode: 'classic' } })
    expect(bench.picture().controlPlane?.scheduler.mode).toBe('classic')
    let explanation
    do {
      bench.call('runToDecision', {})
      explanation = bench.call('explain', { cycle: bench.picture().decision?.cycle.id ?? 0 })
      bench.call('step', { unit: 'event', direction: 1 })
    } while (!explanation.scoringRan)
    expect(explanation.scores.map(({ plugin }) => plugin).sort()).toEqual(['BalancedResourceAllocation', 'LeastRequestedPriority', 'SelectorSpreadPriority'])
    const scores = explanation.scores.flatMap(({ cells }) => cells.map(({ normalized }) => normalized))
    expect(Math.max(...scores)).toBeGreaterThan(0)
    expect(scores.every((score) => score >= 0 && score <= 10)).toBe(true)
    expect(bench.call('configureScheduler', { mode: 'modern' })).toMatchObject({ accepted: true, configuration: { mode: 'modern', text: packing } })
    expect(bench.call('schedulerConfiguration', {}).text).toBe(packing)
  })

  test('BalancedResourceAllocation without LeastRequestedPriority is allowed, with a note', () => {
    const bench = opened()
    const object = { ...textbookPolicy, priorities: [{ name: 'BalancedResourceAllocation', weight: 1 }] }
    expect(bench.call('configureScheduler', { object })).toMatchObject({ accepted: true, configuration: { notes: [{ id: 'balancedWithoutLeastRequested', name: 'BalancedResourceAllocation' }] } })
    expect(bench.call('configureScheduler', { object: { ...textbookPolicy, priorities: [{ name: 'Nonsense', weight: 1 }] } })).toMatchObject({ accepted: false })
    expect(bench.call('configureScheduler', { object: null })).toMatchObject({ accepted: true, configuration: { mode: 'modern', notes: [] } })
    const policy = 'apiVersion: v1\nkind: Policy\npriorities:\n- name: LeastRequestedPriority\n  weight: 0\n'
    expect(bench.call('configureScheduler', { text: policy })).toMatchObject({ accepted: false, problems: [{ field: 'priorities[0].weight', line: 5 }] })
    expect(bench.call('configureScheduler', { text: policy.replace('weight: 0', 'weight: 1') })).toMatchObject({ accepted: true, configuration: { mode: 'classic' } })
  })

  test('going back finds the configuration of then; changing it there begins a branch; a saved session has it all', () => {
    const bench = opened()
    const there = bench.picture().position
    bench.call('configureScheduler', { text: packing })
    bench.call('step', { unit: 'cycle', direction: 1 })
    const end = { hash: hash(bench), position: bench.picture().position }
    bench.call('seek', { position: there })
    expect(bench.call('schedulerConfiguration', {}).text).not.toBe(packing)
    bench.call('seek', { position: end.position })
    expect([hash(bench), bench.call('schedulerConfiguration', {}).text]).toEqual([end.hash, packing])
    const { saved } = bench.call('save', {})
    const other = new Bench()
    other.call('open', { scenario: 'shop-rollout', saved })
    expect([hash(other), other.call('schedulerConfiguration', {}).text]).toEqual([end.hash, packing])
    other.call('seek', { position: there })
    other.call('configureScheduler', { mode: 'classic' })
    expect(other.last.end.event).toBe(there.event + 1)
    expect(other.call('schedulerConfiguration', {}).mode).toBe('classic')
  })

  test.each([
    ['the defaults', undefined],
    ['disabled and weighted plugins', { apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration', percentageOfNodesToScore: 30, profiles: [{ plugins: { score: { disabled: [{ name: 'ImageLocality' }], enabled: [{ name: 'NodeAffinity', weight: 5 }] } } }] }],
    ['an extender', { apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration', extenders: [{ urlPrefix: 'http://localhost:8888', filterVerb: 'filter', weight: 1, httpTimeout: '3s', managedResources: [{ name: 'shop/card', ignoredByScheduler: true }] }] }],
  ])('what is written of %s means the same when it is read', (_, configuration) => {
    const { scheduler } = new Cluster({ seed: 1 })
    const first = scheduler.check(configuration)
    if (!first.ok) throw new Error('it is right')
    const again = scheduler.check(written(first.configuration))
    expect(again).toMatchObject({ ok: true })
    expect(again.ok && canonicalJson(again.configuration)).toBe(canonicalJson(first.configuration))
  })
})
