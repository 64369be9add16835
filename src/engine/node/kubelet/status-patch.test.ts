import { describe, expect, test } from 'vitest'
import type { PodCondition, PodStatus } from '../../../api'
import { withoutStale } from './status-patch'

const ready = (status: string, more: Partial<PodCondition> = {}): PodCondition => ({ type: 'Ready', status, ...more })

describe('withoutStale', () => {
  test('a status beside which nothing was known is its own patch', () => {
    const status: PodStatus = { phase: 'Running', conditions: [ready('True')], podIP: '10.0.0.1', podIPs: [{ ip: '10.0.0.1' }] }
    expect(withoutStale(status, undefined, undefined)).toBe(status)
    expect(withoutStale(status, { phase: 'Pending' }, { ...status })).toBe(status)
  })

  test('takes out reasons and messages that are no longer said, whoever knew of them', () => {
    const status: PodStatus = { phase: 'Running', conditions: [{ type: 'Initialized', status: 'True' }, ready('True')] }
    expect(withoutStale(status, { reason: 'Evicted' }, { message: 'gone' })).toEqual({ ...status, reason: null, message: null })
    expect(withoutStale({ ...status, reason: 'DeadlineExceeded' }, { reason: 'Evicted' }, undefined)).toEqual({ ...status, reason: 'DeadlineExceeded' })
    const before = ready('False', { reason: 'ContainersNotReady' })
    expect(withoutStale(status, { conditions: [before] }, { conditions: [ready('False', { message: 'unready' })] }))
      .toEqual({ ...status, conditions: [{ type: 'Initialized', status: 'True' }, { type: 'Ready', status: 'True', reason: null, message: null }] })
    expect(withoutStale({ conditions: [before] }, { conditions: [before] }, undefined)).toEqual({ conditions: [before] })
  })

  test('takes out addresses that it no longer has, each once', () => {
    const known: PodStatus = { podIPs: [{ ip: '10.0.0.1' }, { ip: '10.0.0.2' }], hostIPs: [{ ip: '172.16.0.1' }] }
    const status: PodStatus = { podIPs: [{ ip: '10.0.0.2' }], hostIPs: [{ ip: '172.16.0.1' }] }
    expect(withoutStale(status, known, known)).toEqual({ podIPs: [{ ip: '10.0.0.2' }, { $patch: 'delete', ip: '10.0.0.1' }], hostIPs: [{ ip: '172.16.0.1' }] })
    const none: PodStatus = { phase: 'Failed' }
    expect(withoutStale(none, known, known)).toBe(none)
  })
})
