import { describe, expect, test } from 'vitest'
import { parseQuantity } from '../../../../api'
import { CelError, CelQuantity, CelVersion, compileCel, type CelValue } from './cel'

const variables = new Map<string, CelValue>([['device', new Map<string, CelValue>([
  ['driver', 'gpu.example.com'],
  ['attributes', new Map([['gpu', new Map<string, CelValue>([
    ['model', 'X-100'], ['cores', 8], ['nvlink', true], ['version', new CelVersion('1.10.0')], ['families', ['a', 'b']],
  ])]])],
  ['capacity', new Map([['gpu', new Map<string, CelValue>([['memory', new CelQuantity(parseQuantity('40Gi')?.nanos ?? 0n)]])]])],
])]])

const evaluate = (source: string): CelValue => compileCel(source)(variables)

describe('what a selector says', () => {
  test.each<[string, CelValue]>([
    ['device.driver == "gpu.example.com"', true],
    ["device.attributes['gpu'].model.startsWith('X-')", true],
    ["device.attributes['gpu'].model.lowerAscii() == 'x-100'", true],
    ["device.attributes['gpu'].model.matches('^[A-Z]-\\\\d+$')", true],
    ["device.attributes['gpu'].cores >= 8 && !(device.attributes['gpu'].cores > 8)", true],
    ["device.capacity['gpu'].memory.compareTo(quantity('40960Mi')) == 0", true],
    ["device.capacity['gpu'].memory.isGreaterThan(quantity('40G'))", true],
    ["device.attributes['gpu'].version.isGreaterThan(semver('1.9.9'))", true],
    ["device.attributes['gpu'].version.minor()", 10],
    ["device.attributes['gpu'].model in ['X-100', 'Y']", true],
    ["'gpu' in device.attributes", true],
    ["has(device.attributes['gpu'].model) && !has(device.attributes['gpu'].speed)", true],
    ["device.attributes['gpu'].families.exists(f, f == 'b')", true],
    ["device.attributes['gpu'].families.all(f, f == 'b')", false],
    ["device.attributes['gpu'].families.filter(f, f > 'a').size()", 1],
    ["cel.bind(gpu, device.attributes['gpu'], gpu.cores > 4 && gpu.nvlink)", true],
    ['1 + 2 * 3 - 4 / 3 % 2', 6],
    ['-7 / 2', -3],
    ["'a' + 'b' == 'ab' ? 'yes' : 'no'", 'yes'],
    ['size([1, 2, 3])', 3],
    ['true || false && false', true],
  ])('%s', (source, value) => {
    expect(evaluate(source)).toEqual(value)
  })

  test.each<[string, string, number]>([
    ['a pre-release is before its release', '1.0.0-rc.1', 1], ['numbers in it are numbers', '1.0.0-rc.2', 1], ['more parts are later', '1.0.0-rc', 1],
    ['build data does not count', '1.0.0+build', 0],
  ])('versions: %s', (_name, version, sign) => {
    expect(compileCel(`semver('1.0.0').compareTo(semver('${version}'))`)(variables)).toBe(sign)
  })

  test('pre-releases compare part by part', () => {
    expect(evaluate("semver('1.0.0-rc.10').compareTo(semver('1.0.0-rc.9'))")).toBe(1)
    expect(evaluate("semver('1.0.0-1').compareTo(semver('1.0.0-a'))")).toBe(-1)
  })
})

describe('errors', () => {
  test.each<[string, string]>([
    ["device.attributes['gpu'].speed > 1", 'no such key: speed'],
    ["device.driver > 1", 'no such overload'],
    ["'x' && true", 'no such overload'],
    ['nothing', "undeclared reference to 'nothing'"],
    ["device.driver.shout()", "undeclared reference to 'shout'"],
    ['1 / 0', 'division by zero'],
    ["device.driver.matches('(')", 'error parsing regexp: ('],
    ['[1, 2][2]', 'index out of bounds: 2'],
  ])('%s', (source, message) => {
    expect(() => evaluate(source)).toThrow(new CelError(message))
  })

  test.each(['1 +', '(1', 'device.', "'open", '1 2', '#', 'has(device)', ''])('does not parse: %s', (source) => {
    expect(() => compileCel(source)).toThrow(CelError)
  })

  test('an error on one side of "or" and "and" is hidden when the other decides', () => {
    expect(evaluate("device.attributes['gpu'].speed > 1 || true")).toBe(true)
    expect(evaluate("device.attributes['gpu'].speed > 1 && false")).toBe(false)
    expect(() => evaluate("device.attributes['gpu'].speed > 1 || false")).toThrow(CelError)
  })

  test.each([`${'('.repeat(5000)}1${')'.repeat(5000)}`, `${'!'.repeat(100_000)}true`, `${'true ? 1 : '.repeat(20_000)}1`])('depth is bounded', (source) => {
    expect(() => compileCel(source)).toThrow(CelError)
  })
})
