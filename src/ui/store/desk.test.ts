import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { changeDraft, closeDraft, emptyDesk, freeName, isChanged, mergeDesks, moveDraft, openDraft, readDesk, type Desk } from './desk'

const two = openDraft(openDraft(emptyDesk, { name: 'web.yaml', text: 'a' }), { name: 'web.yaml', text: 'b' })
const names = (desk: Desk): readonly string[] => desk.drafts.map(({ name }) => name)

describe('the open texts of the editor', () => {
  test('a new one stands last, is turned to, and has a name of its own', () => {
    expect(names(two)).toEqual(['web.yaml', 'web-2.yaml'])
    expect(two.active).toBe('d2')
    expect(freeName(two.drafts, '.yaml')).toBe('.yaml')
  })

  test('what was only looked at gives its place; what was written in stays', () => {
    const looked = openDraft(two, { name: 'a.yaml', text: 'x', of: 'Pod a', passing: true })
    expect(names(openDraft(looked, { name: 'b.yaml', text: 'y', of: 'Pod b', passing: true }))).toEqual(['web.yaml', 'web-2.yaml', 'b.yaml'])
    const written = changeDraft(looked, 'd3', { text: 'xx' })
    expect(names(openDraft(written, { name: 'b.yaml', text: 'y', of: 'Pod b', passing: true }))).toEqual(['web.yaml', 'web-2.yaml', 'a.yaml', 'b.yaml'])
  })

  test('an object is opened once: unchanged it is renewed, changed it is kept', () => {
    const open = openDraft(two, { name: 'a.yaml', text: 'x', of: 'Pod a' })
    expect(openDraft(open, { name: 'a.yaml', text: 'x2', of: 'Pod a' }).drafts[2]).toMatchObject({ text: 'x2', applied: 'x2' })
    const changed = changeDraft(open, 'd3', { text: 'mine' })
    expect(openDraft({ ...changed, active: 'd1' }, { name: 'a.yaml', text: 'x2', of: 'Pod a' })).toMatchObject({ active: 'd3', drafts: [{}, {}, { text: 'mine', applied: 'x' }] })
    expect(changed.drafts.map(isChanged)).toEqual([false, false, true])
  })

  test('closing turns to the next, moving stops at the ends, a rename never takes another\'s name', () => {
    expect(closeDraft(two, 'd2')).toMatchObject({ active: 'd1' })
    expect(closeDraft(closeDraft(two, 'd1'), 'd2')).toEqual({ drafts: [], active: undefined })
    expect(names(moveDraft(two, 'd2', -5))).toEqual(['web-2.yaml', 'web.yaml'])
    expect(names(moveDraft(two, 'd2', 1))).toEqual(names(two))
    expect(names(changeDraft(two, 'd2', { name: 'web.yaml' }))).toEqual(['web.yaml', 'web-2.yaml'])
  })

  test('names and ids stay apart whatever is done', () => {
    const act = fc.oneof(
      fc.record({ do: fc.constant('open' as const), name: fc.constantFrom('a.yaml', 'b', '.c'), of: fc.option(fc.constantFrom('x', 'y'), { nil: undefined }), passing: fc.boolean() }),
      fc.record({ do: fc.constantFrom('close' as const, 'move' as const, 'write' as const, 'merge' as const), at: fc.nat(4) }),
      fc.record({ do: fc.constant('rename' as const), at: fc.nat(4), name: fc.constantFrom('a.yaml', 'b', '.c') }),
    )
    fc.assert(fc.property(fc.array(act, { maxLength: 25 }), (acts) => {
      let desk: Desk = emptyDesk
      for (const one of acts) {
        const id = 'at' in one ? desk.drafts[one.at]?.id ?? '' : ''
        if (one.do === 'open') desk = openDraft(desk, { name: one.name, text: 't', passing: one.passing, ...(one.of === undefined ? {} : { of: one.of }) })
        else if (one.do === 'close') desk = closeDraft(desk, id)
        else if (one.do === 'move') desk = moveDraft(desk, id, 1)
        else if (one.do === 'write') desk = changeDraft(desk, id, { text: 'w' })
        else if (one.do === 'merge') desk = mergeDesks(desk, two)
        else if ('name' in one) desk = changeDraft(desk, id, { name: one.name })
        expect(new Set(names(desk)).size).toBe(desk.drafts.length)
        expect(new Set(desk.drafts.map((draft) => draft.id)).size).toBe(desk.drafts.length)
        expect(desk.drafts.some((draft) => draft.id === desk.active)).toBe(desk.drafts.length > 0)
      }
    }), { seed: 7, numRuns: 300 })
  })
})

test('what was kept comes back as it was, and beside what is open', () => {
  expect(readDesk(JSON.parse(JSON.stringify(two)))).toEqual(two)
  expect(mergeDesks(openDraft(emptyDesk, { name: 'x', text: 't', passing: true }), two)).toEqual(two)
  expect(names(mergeDesks(openDraft(emptyDesk, { name: 'web.yaml', text: 'new' }), two))).toEqual(['web.yaml', 'web-2.yaml', 'web-2-2.yaml'])
  expect(mergeDesks(two, two)).toEqual(two)
  for (const bad of [undefined, null, 'x', {}, { drafts: 3 }]) expect(readDesk(bad)).toBeUndefined()
  expect(readDesk({ drafts: [{ id: 'd1', name: 'a', text: 't', applied: 't' }, { id: 7 }, null], active: 'nobody' })).toEqual({ drafts: [{ id: 'd1', name: 'a', text: 't', applied: 't' }], active: 'd1' })
})
