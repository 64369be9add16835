import { describe, expect, test } from 'vitest'
import { parseFault } from '../api'
import type { FaultView, Frame } from '../protocol'
import { faultText } from './faults'
import { Bench } from './testing/bench'

function opened(scenario = 'shop-rollout'): Bench {
  const bench = new Bench()
  bench.call('open', { scenario })
  return bench
}

/** What the page knows to be broken: the last frame that said so. */
const shown = (bench: Bench): readonly FaultView[] => bench.frames.findLast((frame: Frame) => frame.faults !== undefined)?.faults ?? []

describe('breaking things', () => {
  test('is an input of the history, told as a fact, a mark and a line, and shown in the frame', () => {
    const bench = opened()
    const { event } = bench.picture().position
    expect(shown(bench)).toEqual([])
    const given = bench.call('fault', { kind: 'node', subject: 'node-b', forMs: 90_000 })
    expect(given.active).toMatchObject([{ kind: 'node', subject: 'node-b', heal: 'berth heal node node-b' }])
    expect(bench.picture().position.event).toBe(event + 1)
    expect(shown(bench)).toEqual(given.active)
    expect(bench.picture().fact).toMatchObject({ id: 'caption.broke', args: { kind: 'node', name: 'node-b' }, target: { kind: 'node', name: 'node-b' } })
    expect([...bench.marks.values()].filter(({ label }) => label === 'break node node-b')).toMatchObject([{ lane: 'kubelets', shape: 'fail', subject: 'nodes node-b' }])
    expect(bench.picture().controlPlane?.kubectl.at(-1)?.text).toBe('berth break node node-b for=90s')
    expect(bench.call('faults', {}).controllers).toContain('replicaset')
    bench.call('seek', { time: 14_080 + 95_000 as never })
    expect(shown(bench)).toEqual([])
    expect([...bench.marks.values()].some(({ label }) => label === 'heal node node-b')).toBe(true)
  })

  test('going back finds it whole, going on finds it broken; in the past it begins a branch', () => {
    const bench = opened()
    const before = bench.picture().position
    bench.call('fault', { kind: 'scheduler' })
    const after = bench.call('hash', {})
    bench.call('step', { unit: 'event', direction: -1 })
    expect([bench.picture().position, shown(bench)]).toEqual([before, []])
    bench.call('step', { unit: 'event', direction: 1 })
    expect([bench.call('hash', {}), shown(bench).map(({ kind }) => kind)]).toEqual([after, ['scheduler']])
    bench.call('step', { unit: 'event', direction: -1 })
    bench.call('fault', { kind: 'apiserver' })
    expect(shown(bench).map(({ kind }) => kind)).toEqual(['apiserver'])
    expect(bench.last.end).toEqual(bench.last.position)
  })

  test('what had been under way when a process ended has an end', () => {
    const bench = opened()
    bench.call('seek', { time: 15_000 as never })
    const open = (): number => [...bench.marks.values()].filter(({ shape, until, label }) => shape === 'span' && until === undefined && label.includes('node-b')).length
    bench.call('seek', { time: 14_500 as never })
    bench.call('fault', { kind: 'node', subject: 'node-b' })
    expect(open()).toBe(0)
  })

  test('a saved session is broken still when it is opened again', () => {
    const bench = opened()
    bench.call('fault', { kind: 'network', subject: 'node-c' })
    bench.call('fault', { kind: 'etcd', delayMs: 700 })
    bench.call('seek', { time: 40_000 as never })
    const { saved } = bench.call('save', {})
    const again = new Bench()
    again.call('open', { scenario: '', saved })
    expect(again.call('hash', {})).toEqual(bench.call('hash', {}))
    expect(shown(again)).toEqual(shown(bench))
  })

  test.each([
    [{ kind: 'node', subject: 'node-z' }, 'refused: there is no node "node-z"'],
    [{ kind: 'etcd', on: false }, 'refused: etcd is not broken'],
    [{ kind: 'moon' }, 'bad-command: a fault is one of node, network,'],
    [{ kind: 'node', subject: 'node-a', forMs: -1 }, 'bad-command: forMs is a whole number of milliseconds'],
    [{ kind: 'node', subject: 7 }, 'bad-command: the subject of a fault is a name'],
    [{ kind: 'disk', subject: 'node-a', share: 2 }, 'bad-command: share is a number from 0 to 1'],
  ])('%j is refused and costs nothing', (take, message) => {
    const bench = opened()
    const before = bench.call('hash', {})
    expect(() => bench.call('fault', take as never)).toThrow(message)
    expect([bench.call('hash', {}), shown(bench)]).toEqual([before, []])
  })

  test('the line it is shown as can be typed', () => {
    for (const text of ['break node node-b for=90s', 'break etcd delay=700ms', 'heal scheduler', 'break disk node-a used=95%', 'break memory shop/web-1 rate=8388608/s']) {
      const read = parseFault(text.split(' '))
      expect(read.ok && faultText(read.fault)).toBe(`berth ${text}`)
    }
  })
})
