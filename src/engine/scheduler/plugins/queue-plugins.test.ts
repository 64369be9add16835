import { describe, expect, test } from 'vitest'
import { failure, virtualMs, type ApiRequest } from '../../../api'
import { Client, type Transport } from '../../client'
import { action, type Handle, type QueuedPodOrder } from '../framework/types'
import { makeNode, makePod } from '../testing/builders'
import { defaultBinder } from './default-binder'
import { prioritySort } from './priority-sort'
import { schedulingGates } from './scheduling-gates'
import { makeWorld } from './testing/world'

const world = makeWorld({ nodes: [makeNode('n')] })
const info = world.past.infos.of(makePod('p'))

describe('SchedulingGates', () => {
  test('names the gates a Pod waits for', () => {
    const plugin = schedulingGates()
    expect(plugin.preEnqueue(info)).toMatchObject({ code: 'Success' })
    const gated = world.past.infos.of(makePod('q', { spec: { schedulingGates: [{ name: 'example.com/a' }, { name: 'example.com/b' }] } }))
    expect(plugin.preEnqueue(gated)).toEqual({ code: 'UnschedulableAndUnresolvable', reasons: ['waiting for scheduling gates: [example.com/a example.com/b]'] })
    expect(plugin.eventsToRegister()).toEqual([{ resource: 'TargetPod', action: action.UpdatePodSchedulingGatesEliminated }])
  })
})

describe('PrioritySort', () => {
  const queued = (priority: number, timestamp: number, sequence: number): QueuedPodOrder => ({ priority, timestamp: virtualMs(timestamp), sequence })
  test.each<[string, ReturnType<typeof queued>, ReturnType<typeof queued>]>([
    ['priority first', queued(1, 9, 9), queued(0, 1, 1)], ['then time', queued(1, 1, 9), queued(1, 2, 1)], ['then who came first', queued(1, 1, 1), queued(1, 1, 2)],
  ])('%s', (_name, first, second) => {
    expect(prioritySort().less(first, second)).toBe(true)
    expect(prioritySort().less(second, first)).toBe(false)
  })
})

describe('DefaultBinder', () => {
  const binder = (transport: Partial<Transport> | undefined): ReturnType<typeof defaultBinder> =>
    defaultBinder(undefined, { client: transport === undefined ? undefined : new Client(transport as Transport, 'kube-scheduler/v1.37') } as unknown as Handle)
  const state = world.framework.newState()

  test('posts a Binding', () => {
    const asked: ApiRequest[] = []
    const answer = binder({ request: (request) => {
      asked.push(request)
      return { status: 201, headers: {}, body: {} }
    } }).bind(state, info, 'n')
    expect(answer).toMatchObject({ code: 'Success' })
    expect(asked).toMatchObject([{ method: 'POST', path: '/api/v1/namespaces/default/pods/p/binding', body: { kind: 'Binding', metadata: { name: 'p', namespace: 'default', uid: 'default.p' }, target: { kind: 'Node', name: 'n' } } }])
  })

  test('a refusal is the error; a mistake of our own is not hidden', () => {
    expect(binder({ request: () => ({ status: 409, headers: {}, body: failure(409, 'Conflict', 'already bound') }) }).bind(state, info, 'n')).toMatchObject({ code: 'Error', reasons: ['already bound'] })
    expect(() => binder({ request: () => { throw new TypeError('mistake') } }).bind(state, info, 'n')).toThrow(TypeError)
  })

  test('a past cycle writes nothing', () => {
    expect(binder(undefined).bind(state, info, 'n')).toMatchObject({ code: 'Success' })
  })
})
