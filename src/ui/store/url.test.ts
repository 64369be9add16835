import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { initialUi, type UiState } from './ui-state'
import { openRequestOf, readAddress, uiOf, writeAddress } from './url'
import { selectionKinds, tabNames, viewNames } from './url-names'

describe('addresses', () => {
  test('what is written reads back', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9.-]{0,20}(\/[a-z][a-z0-9.-]{0,20})?$/)
    fc.assert(fc.property(
      fc.record({
        view: fc.constantFrom(...viewNames), tab: fc.constantFrom(...tabNames), theme: fc.constantFrom('dark' as const, 'light' as const), language: fc.constantFrom('en' as const, 'zh' as const),
        scale: fc.constantFrom('desk' as const, 'stage' as const), selection: fc.option(fc.record({ kind: fc.constantFrom(...selectionKinds), name }), { nil: undefined }), openCycle: fc.option(fc.nat(), { nil: undefined }),
      }),
      fc.record({ seed: fc.nat(), event: fc.nat({ max: 1_000_000 }), beat: fc.nat({ max: 50 }) }),
      (part, at) => {
        const ui: UiState = { ...initialUi(), ...part }
        const address = readAddress(writeAddress({ scenario: 'shop-rollout', seed: at.seed, position: { event: at.event, beat: at.beat } }, ui))
        expect({ ...initialUi(), ...uiOf(address) }).toEqual(ui)
        expect(openRequestOf(address, 'other')).toEqual({ scenario: 'shop-rollout', seed: at.seed, position: { event: at.event, beat: at.beat } })
      },
    ))
  })

  test('a name stays readable', () => {
    expect(writeAddress({ scenario: 'x', seed: 1, position: { event: 4, beat: 2 } }, { ...initialUi(), selection: { kind: 'pod', name: 'shop/web-1' } })).toContain('select=pod/shop/web-1')
  })

  test.each(['?scenario=../../etc', '?seed=-1&at=x', '?view=admin&theme=red&lang=fr', '?select=node', '?select=/x', '?at=1e99', '?scenario=%00', ''])('what is not understood is passed by: %s', (query) => {
    expect(uiOf(readAddress(query))).toEqual({})
    expect(openRequestOf(readAddress(query), 'first-pod')).toEqual({ scenario: 'first-pod' })
  })

  test('any text is an address', () => {
    fc.assert(fc.property(fc.string(), (query) => { expect(readAddress(query)).toBeTypeOf('object') }))
  })
})
