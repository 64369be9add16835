import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonical, compareQuantities, milliValue, parseQuantity, quantityValue } from '.'

const nano = 1_000_000_000n

describe('parseQuantity', () => {
  test.each<[string | number, bigint, string]>([
    ['0', 0n, 'DecimalSI'], ['1', nano, 'DecimalSI'], ['500m', nano / 2n, 'DecimalSI'], ['1.5', (3n * nano) / 2n, 'DecimalSI'], ['.5', nano / 2n, 'DecimalSI'], ['5.', 5n * nano, 'DecimalSI'],
    ['+2', 2n * nano, 'DecimalSI'], ['-2', -2n * nano, 'DecimalSI'], ['1n', 1n, 'DecimalSI'], ['1u', 1000n, 'DecimalSI'],
    ['1k', 1000n * nano, 'DecimalSI'], ['1M', 1_000_000n * nano, 'DecimalSI'], ['1E', 10n ** 18n * nano, 'DecimalSI'],
    ['1Ki', 1024n * nano, 'BinarySI'], ['1.5Gi', (3n * 1024n ** 3n * nano) / 2n, 'BinarySI'], ['2Ei', 2n * 1024n ** 6n * nano, 'BinarySI'],
    ['1e3', 1000n * nano, 'DecimalExponent'], ['1E-3', nano / 1000n, 'DecimalExponent'], ['12e+2', 1200n * nano, 'DecimalExponent'],
    [2, 2n * nano, 'DecimalSI'], [0.5, nano / 2n, 'DecimalSI'],
  ])('%j', (text, nanos, format) => {
    expect(parseQuantity(text)).toEqual({ nanos, format })
  })

  test.each(['', ' 1', '1 ', '1 Gi', 'Gi', '.', '-', '1gi', '1K', '1mi', '0x10', '1e', '1e1.5', '--1', '1..0', '1_000', 'NaN', 'Infinity', '١'])('%j is none', (text) => {
    expect(parseQuantity(text)).toBeUndefined()
  })

  test('neither are numbers that JSON cannot hold, nor things that are no text', () => {
    expect([Number.NaN, Infinity, -Infinity].map((value) => parseQuantity(value))).toEqual([undefined, undefined, undefined])
    expect(parseQuantity({} as unknown as string)).toBeUndefined()
    expect(parseQuantity('1'.repeat(600))).toBeUndefined()
  })

  test('what is finer than a billionth is rounded up, what is larger than int64 is capped', () => {
    expect(parseQuantity('0.0000000001')?.nanos).toBe(1n)
    expect(parseQuantity('-0.0000000001')?.nanos).toBe(-1n)
    expect(parseQuantity('1e400')?.nanos).toBe(9_223_372_036_854_775_807n * nano)
    expect(parseQuantity('100E')?.nanos).toBe(9_223_372_036_854_775_807n * nano)
    expect(parseQuantity('1e-400')?.nanos).toBe(1n)
  })
})

describe('amounts', () => {
  test.each<[string | number | undefined, number, number]>([
    [undefined, 0, 0], ['1', 1000, 1], ['250m', 250, 1], ['0.1', 100, 1], ['1.0001', 1001, 2], ['1Gi', 1024 ** 3 * 1000, 1024 ** 3], ['-1500m', -1500, -1], [3, 3000, 3], ['0', 0, 0],
  ])('%j is %d thousandths and %d whole', (text, milli, value) => {
    expect([milliValue(text), quantityValue(text)]).toEqual([milli, value])
  })

  test('what is no quantity is NaN, so that nobody can mistake it for an amount', () => {
    expect([milliValue('much'), quantityValue('much')]).toEqual([Number.NaN, Number.NaN])
  })

  test('amounts compare by value, however they are written', () => {
    expect(compareQuantities('1', '1000m')).toBe(0)
    expect(compareQuantities('1Gi', '1G')).toBeGreaterThan(0)
    expect(compareQuantities('-1', '0')).toBeLessThan(0)
  })
})

describe('canonical text', () => {
  test.each([
    ['1000m', '1'], ['1024Mi', '1Gi'], ['1.5', '1500m'], ['0.5Gi', '512Mi'], ['1024', '1024'], ['1000', '1k'], ['1500000', '1500k'], ['0', '0'], ['-1000m', '-1'], ['1e3', '1e3'],
    ['1000e3', '1e6'], ['0.1Ki', '102400m'], ['512Ki', '512Ki'], ['100n', '100n'], ['1500Ki', '1500Ki'], ['not', 'not'],
  ])('%s is %s', (text, want) => {
    expect(canonical(text)).toBe(want)
  })

  test('says the same amount, and is its own canonical text', () => {
    const suffix = fc.constantFrom('', 'n', 'u', 'm', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi', 'e3', 'e-3', 'E2')
    fc.assert(fc.property(fc.integer({ min: -999_999, max: 999_999 }), fc.nat(999), suffix, (whole, fraction, unit) => {
      const text = `${whole}.${String(fraction).padStart(3, '0')}${unit}`
      const once = canonical(text)
      expect(parseQuantity(once)?.nanos).toBe(parseQuantity(text)?.nanos)
      expect(canonical(once)).toBe(once)
    }))
  })
})
