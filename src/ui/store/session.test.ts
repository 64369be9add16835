import { describe, expect, test } from 'vitest'
import type { CycleSummary, Explanation } from '../../api'
import type { FromHost } from '../../protocol'
import { FakeHost, frame, savedText } from '../testing/fake-host'
import { seek, step } from './actions'
import { HostError, WorkerHost, type WorkerLike } from './host-client'
import { Session } from './session'

const open = () => ({ position: { event: 10, beat: 0 } })
const settle = async (): Promise<void> => { for (let i = 0; i < 20; i++) await Promise.resolve() }

function makeSession(...hosts: FakeHost[]): { readonly session: Session; readonly paint: () => void } {
  const waiting: (() => void)[] = []
  const left = [...hosts]
  const session = new Session({ startHost: () => left.shift() ?? new FakeHost(), nextFrame: (then) => { waiting.push(then) } })
  return { session, paint: () => { for (const then of waiting.splice(0)) then() } }
}

describe('session', () => {
  test('frames are taken before the next paint, all at once', () => {
    const host = new FakeHost()
    const { session, paint } = makeSession(host)
    let changes = 0
    session.view.subscribe(() => { changes++ })
    host.onFrame(frame({ seq: 1, revision: 1 }))
    host.onFrame(frame({ seq: 2, revision: 2, zones: ['a'] }))
    expect(session.view.getState().revision).toBe(0)
    paint()
    expect(session.view.getState().revision).toBe(2)
    expect(session.view.getState().zones).toEqual(['a'])
    expect(changes).toBe(1)
  })

  test('what a frame leaves out stays; a decision that ended is taken away', () => {
    const host = new FakeHost()
    const { session, paint } = makeSession(host)
    const cycle = { id: 3 } as CycleSummary
    host.onFrame(frame({ decision: { cycle, beats: [], beat: 0 } }))
    paint()
    host.onFrame(frame())
    paint()
    expect(session.view.getState().decision?.cycle.id).toBe(3)
    host.onFrame(frame({ decision: null }))
    paint()
    expect(session.view.getState().decision).toBeUndefined()
  })

  test('a worker that stops loses nothing: the saved session is opened in a new one, at the moment on show', async () => {
    let saves = 0
    const first = new FakeHost({ open, apply: () => [], save: () => savedText(`state ${++saves}`) })
    const second = new FakeHost({ open })
    const { session, paint } = makeSession(first, second)
    await session.call('open', { scenario: 'shop-rollout' })
    await session.call('apply', { objects: [], dryRun: false })
    await settle()
    first.onFrame(frame({ position: { event: 42, beat: 3 }, revision: 231 }))
    paint()
    first.onBroken({ type: 'broken', message: 'out of memory' })
    expect(session.view.getState().host).toMatchObject({ is: 'broken', message: 'out of memory', at: 231 })
    await session.restart()
    expect(first.closed).toBe(true)
    expect(second.asked[0]).toEqual({ name: 'open', take: { scenario: 'shop-rollout', saved: 'state 2', position: { event: 42, beat: 3 } } })
    expect(session.view.getState().host).toEqual({ is: 'open' })
  })

  test('looking changes nothing and is not saved', async () => {
    const host = new FakeHost({ open, apply: () => [], read: () => ({ status: 200, headers: {}, body: {} }), save: () => savedText('s') })
    const { session } = makeSession(host)
    await session.call('apply', { objects: [], dryRun: true })
    await session.call('read', { path: '/api/v1/nodes' })
    await settle()
    expect(host.count('save')).toBe(0)
  })

  test('an explanation is fetched once, and again after a branch', async () => {
    const host = new FakeHost({ explain: ({ cycle }) => ({ cycle: { id: cycle } }) as Explanation })
    const { session, paint } = makeSession(host)
    session.explain(7)
    session.explain(7)
    await settle()
    expect(host.count('explain')).toBe(1)
    expect(session.explanations.getState().get(7)?.is).toBe('here')
    host.onFrame(frame({ marksEnd: 3 }))
    paint()
    expect(session.explanations.getState().get(7)).toBeUndefined()
  })

  test('one that cannot be made says why', async () => {
    const { session } = makeSession(new FakeHost({ explain: () => { throw new HostError({ code: 'refused', message: 'history was compacted' }) } }))
    session.explain(1)
    await settle()
    expect(session.explanations.getState().get(1)).toEqual({ is: 'failed', message: 'history was compacted' })
  })

  test('a refusal stands in the caption until the next fact', async () => {
    const host = new FakeHost({ step: () => { throw new HostError({ code: 'refused', message: 'nothing is left' }) } })
    const { session, paint } = makeSession(host)
    await step(session, 1)
    expect(session.ui.getState().notice).toEqual({ text: 'nothing is left', tone: 'no' })
    host.onFrame(frame({ fact: { id: 'caption.event', args: {}, target: { kind: 'none', name: '' }, wake: [] } }))
    paint()
    expect(session.ui.getState().notice).toBeUndefined()
  })

  test('a held key steps one at a time', async () => {
    let free: (() => void) | undefined
    const host = new FakeHost({ step: () => new Promise((resolve) => { free = () => { resolve(open()) } }) })
    const { session } = makeSession(host)
    void step(session, 1)
    void step(session, 1)
    await settle()
    expect(host.count('step')).toBe(1)
    free?.()
    await settle()
    void step(session, 1)
    await settle()
    expect(host.count('step')).toBe(2)
  })

  test('scrubbing keeps only the last wish', async () => {
    const waiting: (() => void)[] = []
    const host = new FakeHost({ seek: () => new Promise((resolve) => { waiting.push(() => { resolve(open()) }) }) })
    const { session } = makeSession(host)
    const done = seek(session, { time: 1 })
    void seek(session, { time: 2 })
    void seek(session, { time: 3 })
    await settle()
    waiting.shift()?.()
    await settle()
    waiting.shift()?.()
    await done
    expect(host.asked.map((one) => one.take)).toEqual([{ time: 1 }, { time: 3 }])
  })
})

describe('a host in a worker', () => {
  class Line implements WorkerLike {
    onmessage: ((event: MessageEvent) => void) | null = null
    onerror: ((event: ErrorEvent) => void) | null = null
    onmessageerror: ((event: MessageEvent) => void) | null = null
    sent: { readonly id: number; readonly type: string }[] = []
    ended = false
    postMessage(message: unknown): void { this.sent.push(message as { id: number; type: string }) }
    terminate(): void { this.ended = true }
    say(message: FromHost): void { this.onmessage?.({ data: message } as MessageEvent) }
  }

  test('answers find their questions, in any order', async () => {
    const line = new Line()
    const host = new WorkerHost(line)
    const pause = host.call('pause', {})
    const hash = host.call('hash', {})
    line.say({ type: 'answer', id: line.sent[1]?.id ?? 0, ok: true, give: { history: 'h', state: 's' } })
    line.say({ type: 'answer', id: line.sent[0]?.id ?? 0, ok: false, error: { code: 'refused', message: 'no' } })
    expect(await hash).toEqual({ history: 'h', state: 's' })
    await expect(pause).rejects.toMatchObject({ code: 'refused', message: 'no' })
  })

  test('when it stops, every question is answered with "lost", once', async () => {
    const line = new Line()
    const host = new WorkerHost(line)
    let broken = 0
    host.onBroken = () => { broken++ }
    const asked = [host.call('pause', {}), host.call('hash', {})]
    line.onerror?.({ message: 'out of memory' } as ErrorEvent)
    line.onerror?.({ message: 'again' } as ErrorEvent)
    for (const one of asked) await expect(one).rejects.toMatchObject({ code: 'lost', message: 'out of memory' })
    await expect(host.call('pause', {})).rejects.toMatchObject({ code: 'lost' })
    expect(broken).toBe(1)
    expect(line.ended).toBe(true)
  })
})
