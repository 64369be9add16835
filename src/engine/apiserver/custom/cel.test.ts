import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JSONSchemaProps } from '../../../api'
import { FieldErrors } from '../field-errors'
import { CelCostError, CelError, celProgram } from './cel'
import { validateRules } from './rules'

/** What an expression comes to: its value (ints as numbers), or the text of its error. */
function evaluate(text: string, self: unknown = {}, more: Readonly<Record<string, unknown>> = {}): unknown {
  const program = celProgram(text)
  if ('problem' in program) return program.problem
  try {
    return JSON.parse(JSON.stringify(program.run({ self, ...more }, { steps: 100_000 }), (_key, value: unknown) => (typeof value === 'bigint' ? Number(value) : value)))
  } catch (error) {
    if (error instanceof CelError) return `error: ${error.message}`
    throw error
  }
}

const self = {
  replicas: 3, max: 10, ratio: 0.5, name: 'web-1', on: true, tags: ['b', 'a', 'b'], ports: [{ name: 'http', port: 80 }, { name: 'tls', port: 443 }], labels: { app: 'web', 'x.io/y': 'z' }, 'a-b': 1, namespace: 'n', size: '1Gi', nothing: null,
}

describe('expressions', () => {
  test.each<readonly [string, unknown]>([
    ['self.replicas <= self.max', true], ['self.replicas * 2 + 1', 7], ['7 / 2', 3], ['-7 % 3', -1], ['7.0 / 2.0', 3.5], ['self.ratio * 2.0 == 1.0', true], ['1 == 1.0', true], ['0x1f', 31],
    ['"a" + \'b\'', 'ab'], ['r"\\d" == "\\\\d"', true], ['self.name.startsWith("web") && self.name.endsWith("1")', true], ['self.name.matches("^[a-z]+-[0-9]$")', true], ['size(self.tags)', 3], ['self.tags.size() > 2', true],
    ['"a" in self.tags', true], ['"app" in self.labels', true], ['self.labels["x.io/y"]', 'z'], ['has(self.labels) && !has(self.nope)', true], ['has(self.labels.app)', true],
    ['self.ports.all(p, p.port > 0)', true], ['self.ports.exists(p, p.name == "tls")', true], ['self.ports.exists_one(p, p.port == 80)', true], ['self.ports.map(p, p.name)', ['http', 'tls']],
    ['self.ports.filter(p, p.port > 100).map(p, p.port)', [443]], ['self.ports.map(p, p.port > 100, p.name)', ['tls']], ['self.labels.all(k, k.size() < 10)', true], ['self.tags.all(i, v, i < 3 && v != "c")', true],
    ['self.on ? "yes" : "no"', 'yes'], ['self.replicas > 5 || self.on', true], ['self.a__dash__b', 1], ['self.__namespace__', 'n'], ['self.nothing == null', true], ['[1, 2, 3].sum()', 6], ['self.tags.distinct()', ['b', 'a']],
    ['{"a": 1}.a', 1], ['self.?nope.hasValue()', false], ['self.?name.orValue("x")', 'web-1'], ['self.?labels.?nope.orValue("none")', 'none'], ['self.tags[?9].orValue("none")', 'none'],
    ['quantity(self.size).isGreaterThan(quantity("1G"))', true], ['duration("1h30m") > duration("89m")', true], ['timestamp("2026-01-01T00:00:00Z") < timestamp("2026-01-02T00:00:00Z")', true], ['isIP("10.0.0.1") && !isCIDR("10.0.0.1")', true],
    ['sets.contains(self.tags, ["a"])', true], ['"a,b".split(",").join("-")', 'a-b'], ['"abc".substring(1)', 'bc'], ['type(1) == int', true], ['int("42") + 1', 43], ['string(3)', '3'], ['self.tags.isSorted()', false], ['/* no */', expect.stringContaining('Syntax error')],
  ])('%s', (text, value) => { expect(evaluate(text, self)).toEqual(value) })

  test('an error of one side does not unsettle what the other settles', () => {
    expect(evaluate('self.nope > 1 || true', self)).toBe(true)
    expect(evaluate('false && self.nope > 1', self)).toBe(false)
    expect(evaluate('self.nope > 1 && true', self)).toBe('error: no such key: nope')
    expect(evaluate('self.ports.exists(p, p.nope == 1 || p.port == 80)', self)).toBe(true)
  })

  test.each([
    ['self.nope', 'error: no such key: nope'], ['self.tags[7]', 'error: index out of bounds: 7'], ['1 / 0', 'error: division by zero'], ['self.name + 1', 'error: no such overload'], ['9223372036854775807 + 1', 'error: integer overflow'],
    ['other.x', "ERROR: <input>:1:1: undeclared reference to 'other' (in container '')"], ['self.x.frob()', expect.stringContaining("undeclared reference to 'frob'")], ['self.', "ERROR: <input>:1:6: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}"],
    ['1 +', expect.stringContaining('Syntax error')], ['"open', expect.stringContaining('token recognition error')], ['(1', expect.stringContaining('Syntax error')],
  ])('%s comes to no answer, and says why', (text, problem) => { expect(evaluate(text, self)).toEqual(problem) })

  test('costs are bounded (S28)', () => {
    const nested = celProgram('self.all(a, self.all(b, self.all(c, self.all(d, a + b + c + d < 0 || true))))')
    if ('problem' in nested) throw new Error(nested.problem)
    expect(() => nested.run({ self: Array.from({ length: 100 }, (_, i) => i) }, { steps: 100_000 })).toThrow(CelCostError)
    expect(evaluate(`${'('.repeat(5_000)}1${')'.repeat(5_000)}`)).toContain('expression recursion limit exceeded')
  })

  test('any text is read or refused, and never throws', () => {
    const words = fc.constantFrom('self', '.', 'a', '(', ')', '[', ']', '{', '}', '"x"', '1', '2.5', '+', '-', '&&', '||', '!', '?', ':', ',', 'all', 'in', 'has', 'size', '==', ' ', '\\', "'", '.?', 'map')
    fc.assert(fc.property(fc.array(words, { maxLength: 25 }), (parts) => { evaluate(parts.join(''), self) }), { seed: 1, numRuns: 3_000 })
  })
})

describe('rules of a definition (S28)', () => {
  const schema: JSONSchemaProps = {
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        'x-kubernetes-validations': [
          { rule: 'self.replicas <= self.max', message: 'replicas must not be more than max' }, { rule: 'self.max == oldSelf.max', message: 'max is immutable', fieldPath: '.max', reason: 'FieldValueForbidden' },
          { rule: '!has(self.name) || self.name != "bad"', messageExpression: '"not " + self.name' },
        ],
        properties: { replicas: { type: 'integer' }, max: { type: 'integer' }, name: { type: 'string' }, items: { type: 'array', items: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self.size() < 4' }] } } },
      },
    },
  }
  const causes = (value: unknown, old?: unknown): string[] => {
    const errors = new FieldErrors()
    validateRules(value, schema, errors, old)
    return errors.list.map((error) => `${error.field}: ${error.message}`)
  }

  test('say what is wrong in their own words, where they are told to', () => {
    expect(causes({ spec: { replicas: 5, max: 3, name: 'bad', items: ['abc', 'abcd'] } })).toEqual([
      'spec: Invalid value: "object": replicas must not be more than max', 'spec: Invalid value: "object": not bad', 'spec.items[1]: Invalid value: "string": failed rule: self.size() < 4',
    ])
    expect(causes({ spec: { replicas: 1 } })).toEqual(['spec: Invalid value: "object": no such key: max evaluating rule: replicas must not be more than max'])
  })

  test('compare with what was, and leave alone what is as it was (S23)', () => {
    expect(causes({ spec: { replicas: 1, max: 4 } }, { spec: { replicas: 1, max: 3 } })).toEqual(['spec.max: Forbidden: max is immutable'])
    expect(causes({ spec: { replicas: 5, max: 3 } }, { spec: { replicas: 5, max: 3 } })).toEqual([])
  })
})
