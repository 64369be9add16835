import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Simulation, type Actor, type ActorContext, type Breakpoint, type EventBody, type TraceRecord } from '.'

/** Remembers what it was told and when, in plain data. */
class Diary implements Actor {
  readonly name: string
  entries: { at: number; text: string }[] = []
  readonly #context: ActorContext
  readonly #react: ((body: EventBody, context: ActorContext, diary: Diary) => void) | undefined

  constructor(simulation: Simulation, name: string, react?: (body: EventBody, context: ActorContext, diary: Diary) => void) {
    this.name = name
    this.#context = simulation.context(name)
    this.#react = react
    simulation.add(this)
  }

  handle(body: EventBody): void {
    this.entries.push({ at: this.#context.now(), text: String(body['text'] ?? body.type) })
    this.#react?.(body, this.#context, this)
  }

  save(): unknown {
    return { entries: this.entries.slice() }
  }

  load(state: unknown): void {
    this.entries = (state as { entries: { at: number; text: string }[] }).entries.slice()
  }
}

const say = (text: string): EventBody => ({ type: 'say', text })
const texts = (diary: Diary): string[] => diary.entries.map((entry) => entry.text)

describe('order and time', () => {
  test('[K1] events come by instant, then in the order in which they were scheduled', () => {
    const simulation = new Simulation({ seed: 1 })
    const diary = new Diary(simulation, 'a')
    for (const [delay, text] of [[5, 'five'], [0, 'zero'], [5, 'five again'], [3, 'three'], [0, 'zero again']] as const) simulation.schedule(delay, 'a', say(text))
    expect(simulation.run()).toBe('idle')
    expect(diary.entries).toEqual([
      { at: 0, text: 'zero' }, { at: 0, text: 'zero again' }, { at: 3, text: 'three' }, { at: 5, text: 'five' }, { at: 5, text: 'five again' },
    ])
  })

  test('[K1] a delay of 0 is later in this instant, after what was scheduled for it before', () => {
    const simulation = new Simulation({ seed: 1 })
    const diary = new Diary(simulation, 'a', (body, context) => { if (body['text'] === 'first') context.schedule(0, say('caused')) })
    simulation.schedule(2, 'a', say('first'))
    simulation.schedule(2, 'a', say('second'))
    simulation.step()
    expect(texts(diary)).toEqual(['first'])
    simulation.run()
    expect(texts(diary)).toEqual(['first', 'second', 'caused'])
    expect(simulation.now).toBe(2)
  })

  test('[K1] any order of scheduling is delivered sorted and stable', () => {
    fc.assert(fc.property(fc.array(fc.nat(20), { maxLength: 80 }), (delays) => {
      const simulation = new Simulation({ seed: 1 })
      const diary = new Diary(simulation, 'a')
      delays.forEach((delay, index) => simulation.schedule(delay, 'a', say(String(index))))
      simulation.run()
      const want = delays.map((at, index) => ({ at, text: String(index) })).sort((a, b) => a.at - b.at)
      expect(diary.entries).toEqual(want)
    }))
  })

  test('[K2] a run to an instant leaves the clock there and later events waiting', () => {
    const simulation = new Simulation({ seed: 1 })
    const diary = new Diary(simulation, 'a')
    for (const delay of [10, 20, 21]) simulation.schedule(delay, 'a', say(String(delay)))
    expect(simulation.run({ until: 20 })).toBe('time')
    expect([simulation.now, texts(diary), simulation.nextAt(), simulation.pending]).toEqual([20, ['10', '20'], 21, 1])
    simulation.run({ until: 15 })
    expect(simulation.now).toBe(20)
  })

  test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('[K2] a delay of %s is a mistake', (delay) => {
    expect(() => new Simulation({ seed: 1 }).schedule(delay, 'a', say('x'))).toThrow(/whole number/)
  })

  test('[K3] an input happens now, before what waits, and counts', () => {
    const simulation = new Simulation({ seed: 1 })
    const diary = new Diary(simulation, 'a')
    simulation.schedule(4, 'a', say('waiting'))
    simulation.run({ until: 3, maxEvents: 0 })
    simulation.schedule(1, 'a', say('also waiting'))
    simulation.input('a', say('from outside'))
    expect([texts(diary), simulation.delivered]).toEqual([['from outside'], 1])
    simulation.run()
    expect([texts(diary), simulation.delivered]).toEqual([['from outside', 'waiting', 'also waiting'], 3])
  })
})

/** Actors that draw, schedule, cancel and trace: enough to go wrong in every way. */
function busy(seed: number, listener?: (record: TraceRecord) => void): { simulation: Simulation; diaries: () => unknown } {
  const simulation = new Simulation({ seed, ...(listener ? { onTrace: listener } : {}) })
  const make = (name: string): Diary => {
    let handle: number | undefined
    const diary = new Diary(simulation, name, (body, context, self) => {
      const die = context.random.below(6)
      if (self.entries.length > 60) self.entries.splice(0, 30)
      const to = die < 2 ? 'odd' : die < 4 ? 'even' : name
      context.schedule(die, say(`${name} ${die}`), to)
      if (die === 5) context.trace({ type: 'note', from: name, what: 'five', subject: String(body['text']), facts: { die } })
      if (die === 0) {
        // One event a turn can be taken back again.
        handle = context.schedule(3, say('taken back'))
        context.cancel(handle)
        context.schedule(1, say('guest'), 'guest/1')
      }
    })
    return diary
  }
  for (const name of ['odd', 'even']) make(name)
  simulation.setFactory((name) => {
    if (!name.startsWith('guest/')) return undefined
    const entries: string[] = []
    return {
      name,
      handle: (body) => { entries.push(body.type) },
      save: () => entries.slice(),
      load: (state) => { entries.splice(0, entries.length, ...(state as string[])) },
    }
  })
  return { simulation, diaries: () => ({ odd: simulation.actor('odd')?.save(), even: simulation.actor('even')?.save() }) }
}

const start = (seed: number, listener?: (record: TraceRecord) => void): ReturnType<typeof busy> => {
  const made = busy(seed, listener)
  made.simulation.schedule(0, 'odd', say('go'))
  made.simulation.schedule(1, 'even', say('go'))
  return made
}

describe('checkpoints and chance', () => {
  test('[K4] a checkpoint in the middle, through JSON and into a fresh simulation, changes nothing', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 40 }), fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 200 }), (seed, a, b) => {
      const straight = start(seed)
      straight.simulation.run({ maxEvents: a })
      const text = JSON.stringify(straight.simulation.checkpoint())
      straight.simulation.run({ maxEvents: b })
      const resumed = busy(seed)
      resumed.simulation.restore(JSON.parse(text) as ReturnType<Simulation['checkpoint']>)
      resumed.simulation.run({ maxEvents: b })
      expect(resumed.simulation.historyHash()).toBe(straight.simulation.historyHash())
      expect(resumed.diaries()).toEqual(straight.diaries())
      expect([resumed.simulation.now, resumed.simulation.delivered, resumed.simulation.recorded, resumed.simulation.pending])
        .toEqual([straight.simulation.now, straight.simulation.delivered, straight.simulation.recorded, straight.simulation.pending])
      expect(JSON.stringify(resumed.simulation.checkpoint())).toBe(JSON.stringify(straight.simulation.checkpoint()))
    }), { numRuns: 60 })
  })

  test('[K4] taking a checkpoint changes nothing, and it stays true while the run goes on', () => {
    const [one, two] = [start(7), start(7)]
    one.simulation.run({ maxEvents: 50 })
    const checkpoint = one.simulation.checkpoint()
    const text = JSON.stringify(checkpoint)
    one.simulation.run({ maxEvents: 50 })
    two.simulation.run({ maxEvents: 100 })
    expect(one.simulation.historyHash()).toBe(two.simulation.historyHash())
    expect(JSON.stringify(checkpoint)).toBe(text)
    // Back in the same simulation, and on again: the same history.
    one.simulation.restore(checkpoint)
    one.simulation.run({ maxEvents: 50 })
    expect(one.simulation.historyHash()).toBe(two.simulation.historyHash())
  })

  test('[K5] another component that draws moves no one else’s dice', () => {
    const draws = (other: boolean): number[] => {
      const simulation = new Simulation({ seed: 99 })
      if (other) {
        const stranger = simulation.context('stranger')
        for (let i = 0; i < 10; i++) stranger.random.uint32()
      }
      const { random } = simulation.context('a')
      return [random.uint32(), random.uint32(), random.uint32()]
    }
    expect(draws(true)).toEqual(draws(false))
    expect(new Simulation({ seed: 100 }).context('a').random.uint32()).not.toBe(draws(false)[0])
  })

  test('[K5] a restore puts every stream back, also one that came into being later', () => {
    const simulation = new Simulation({ seed: 5 })
    const early = simulation.context('early').random
    early.uint32()
    const checkpoint = simulation.checkpoint()
    const late = simulation.context('late').random
    const want = [early.uint32(), late.uint32()]
    simulation.restore(checkpoint)
    expect([early.uint32(), late.uint32()]).toEqual(want)
  })

  test('[K6] what was taken back is not delivered, not counted, not shown as next and not in a checkpoint', () => {
    const simulation = new Simulation({ seed: 1 })
    const diary = new Diary(simulation, 'a')
    const first = simulation.schedule(1, 'a', say('no'))
    simulation.schedule(2, 'a', say('yes'))
    const last = simulation.schedule(3, 'a', say('no'))
    simulation.cancel(first)
    simulation.cancel(last)
    expect([simulation.next()?.body['text'], simulation.nextAt(), simulation.pending]).toEqual(['yes', 2, 1])
    expect(simulation.checkpoint().queue.map((event) => event.body['text'])).toEqual(['yes'])
    expect(simulation.run()).toBe('idle')
    expect([texts(diary), simulation.delivered, simulation.pending]).toEqual([['yes'], 1, 0])
  })

  test('[K7] an event for nobody counts, and nothing happens', () => {
    const simulation = new Simulation({ seed: 1 })
    const diary = new Diary(simulation, 'a')
    simulation.schedule(1, 'a', say('lost'))
    simulation.remove('a')
    expect(simulation.step()).toBe(true)
    expect([simulation.delivered, diary.entries]).toEqual([1, []])
    expect(simulation.step()).toBe(false)
  })

  test('[K7] after a restore exactly the checkpoint’s actors are there, in its order', () => {
    const simulation = new Simulation({ seed: 1 })
    const made: string[] = []
    simulation.setFactory((name) => {
      if (!name.startsWith('guest/')) return undefined
      made.push(name)
      return { name, handle: () => undefined, save: () => null, load: () => undefined }
    })
    const guest = (name: string): Actor => ({ name, handle: () => undefined, save: () => null, load: () => undefined })
    for (const name of ['guest/b', 'fixed', 'guest/a']) simulation.add(guest(name))
    const checkpoint = simulation.checkpoint()
    simulation.remove('guest/b')
    simulation.add(guest('guest/later'))
    simulation.restore(checkpoint)
    expect([simulation.actorNames(), made]).toEqual([['guest/b', 'fixed', 'guest/a'], ['guest/b']])
  })

  test('[K7] what nobody can make, a second actor of a name, and another seed are mistakes', () => {
    const simulation = new Simulation({ seed: 1 })
    new Diary(simulation, 'a')
    expect(() => new Diary(simulation, 'a')).toThrow(/already/)
    const checkpoint = simulation.checkpoint()
    expect(() => { new Simulation({ seed: 1 }).restore(checkpoint) }).toThrow(/nobody can make the actor a/)
    expect(() => { new Simulation({ seed: 2 }).restore(checkpoint) }).toThrow(/seed/)
  })
})

describe('trace, stopping, history', () => {
  test('[K8] records are numbered, and carry the instant and the event they were made in', () => {
    const records: TraceRecord[] = []
    const { simulation } = start(11, (record) => { records.push(record) })
    simulation.run({ maxEvents: 200 })
    expect(records.length).toBeGreaterThan(5)
    expect(records.map((record) => record.seq)).toEqual(records.map((_, index) => index + 1))
    expect(simulation.recorded).toBe(records.length)
    for (let i = 1; i < records.length; i++) {
      expect((records[i] as TraceRecord).at).toBeGreaterThanOrEqual((records[i - 1] as TraceRecord).at)
      expect((records[i] as TraceRecord).event).toBeGreaterThan((records[i - 1] as TraceRecord).event)
    }
  })

  test('[K8] [K9] listening, looking and stopping change nothing', () => {
    const quiet = start(12)
    quiet.simulation.run({ maxEvents: 300 })
    const watched = start(12, () => undefined)
    while (watched.simulation.delivered < 300) {
      watched.simulation.run({ maxEvents: Math.min(7, 300 - watched.simulation.delivered), breakpoints: [{ what: 'five' }], stop: () => watched.simulation.now % 3 === 0 })
      watched.simulation.next()
      watched.simulation.checkpoint()
    }
    expect(watched.simulation.historyHash()).toBe(quiet.simulation.historyHash())
  })

  const records = {
    request: { type: 'request', from: 'kube-scheduler', to: 'kube-apiserver', method: 'POST', path: '/x', verb: 'create', code: 201, resource: 'pods', namespace: 'shop', objectName: 'web-1' },
    watch: { type: 'watch', from: 'kube-apiserver', to: 'kubelet/node-a', change: 'MODIFIED', resource: 'nodes', objectName: 'node-a' },
    begin: { type: 'begin', from: 'kube-scheduler', span: 's', what: 'cycle', subject: 'shop/web-1' },
    note: { type: 'note', from: 'kube-scheduler', what: 'unschedulable', subject: 'shop/web-1' },
  } as const
  test.each<{ name: string; breakpoint: Breakpoint; hits: readonly (keyof typeof records)[] }>([
    { name: 'by type', breakpoint: { type: 'watch' }, hits: ['watch'] },
    { name: 'by sender', breakpoint: { from: 'kube-scheduler' }, hits: ['request', 'begin', 'note'] },
    { name: 'by verb, change or what', breakpoint: { what: 'MODIFIED' }, hits: ['watch'] },
    { name: 'by resource', breakpoint: { resource: 'pods' }, hits: ['request'] },
    { name: 'by subject of any kind', breakpoint: { subject: 'shop/web-1' }, hits: ['request', 'begin', 'note'] },
    { name: 'by the name of a cluster-scoped object', breakpoint: { subject: 'node-a' }, hits: ['watch'] },
    { name: 'by all of it', breakpoint: { type: 'begin', what: 'cycle', from: 'kube-scheduler', subject: 'shop/web-1' }, hits: ['begin'] },
    { name: 'nothing named is everything', breakpoint: {}, hits: ['request', 'watch', 'begin', 'note'] },
  ])('[K9] a breakpoint matches $name', ({ breakpoint, hits }) => {
    const found = (Object.keys(records) as (keyof typeof records)[]).filter((key) => {
      const simulation = new Simulation({ seed: 1 })
      new Diary(simulation, 'a', (_body, context) => { context.trace(records[key]) })
      simulation.schedule(0, 'a', say('x'))
      simulation.schedule(0, 'a', say('y'))
      const reason = simulation.run({ breakpoints: [breakpoint] })
      if (reason === 'breakpoint') expect([simulation.delivered, simulation.hit]).toEqual([1, breakpoint])
      else expect([simulation.delivered, simulation.hit, reason]).toEqual([2, undefined, 'idle'])
      return reason === 'breakpoint'
    })
    expect(found).toEqual(hits)
  })

  test('[K10] different histories have different hashes; where the clock stands counts too', () => {
    const hashes = new Set<string>()
    for (let seed = 0; seed < 50; seed++) {
      const { simulation } = start(seed)
      simulation.run({ maxEvents: 40 })
      hashes.add(simulation.historyHash())
    }
    expect(hashes.size).toBe(50)
    const simulation = new Simulation({ seed: 1 })
    const before = simulation.historyHash()
    simulation.run({ until: 5 })
    expect(simulation.historyHash()).not.toBe(before)
  })

  test('[K10] what runs aside leaves nothing behind, also when it throws', () => {
    const [one, two] = [start(13), start(13)]
    for (const made of [one, two]) made.simulation.run({ maxEvents: 30 })
    const heard: TraceRecord[] = []
    one.simulation.setTraceListener((record) => { heard.push(record) })
    const context = one.simulation.context('odd')
    const before = JSON.stringify(one.simulation.checkpoint())
    const scribble = (): number => {
      context.trace({ type: 'note', from: 'odd', what: 'aside' })
      context.cancel(context.schedule(1, say('aside')))
      context.schedule(0, say('aside'), 'even')
      const next = one.simulation.next()
      if (next !== undefined) context.cancel(next.seq)
      return context.random.uint32()
    }
    expect(one.simulation.aside(scribble)).toBeTypeOf('number')
    expect(() => one.simulation.aside(() => { scribble(); throw new Error('refused') })).toThrow('refused')
    expect([JSON.stringify(one.simulation.checkpoint()), heard]).toEqual([before, []])
    for (const made of [one, two]) made.simulation.run({ maxEvents: 100 })
    expect(one.simulation.historyHash()).toBe(two.simulation.historyHash())
  })
})
