import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Fact } from '../../api'
import { hasText, textOf } from '../kit'
import { sentenceKey } from './FactLines'

/** Drawn by Numbers.tsx or Formula.tsx. */
const drawn = new Set([
  'taint.untolerated', 'taint.tolerated', 'affinity.match', 'affinity.mismatch', 'fit.insufficient', 'fit.sufficient', 'spread.skew', 'leastAllocated', 'mostAllocated', 'requestedToCapacityRatio', 'score.mean',
  'balanced.fraction', 'balanced', 'image.bytes', 'image.sum', 'taint.preferNoSchedule', 'affinity.preferred', 'spread.count', 'spread.sum', 'classic.fraction', 'classic.balanced', 'preemption.candidate',
])

const rows = readFileSync('src/engine/scheduler/plugins/FACTS.md', 'utf8').split('\n').filter((line) => /^\| [^|]*\| `/.test(line)).map((line) => line.split('|').map((cell) => cell.trim()))
const ids = [...new Set(rows.flatMap((cells) => [...(cells[2] ?? '').matchAll(/`([\w.]+)`/g)].map((match) => match[1] as string)))]

test('every fact of FACTS.md is drawn or said, and no place of a sentence stays empty', () => {
  expect(ids.length).toBeGreaterThan(50)
  for (const id of ids.filter((one) => !drawn.has(one))) {
    // Of facts that reuse an id the first row tells the values.
    const values = rows.find((cells) => cells[2]?.includes(`\`${id}\``))?.[3] ?? ''
    const names = [...values.replace(/\([^)]*\)/g, '').matchAll(/[a-zA-Z]+/g)].map((match) => match[0])
    for (const flag of [true, false]) {
      const fact: Fact = { id, values: Object.fromEntries(names.map((name) => [name, ['tolerated', 'present', 'fits', 'avoided', 'firstOfKind', 'concerns'].includes(name) ? flag : flag ? `<${name}>` : ''])) }
      const key = sentenceKey(fact)
      expect(hasText('decisionFacts', key), `${id} as ${key}`).toBe(true)
      for (const language of ['en', 'zh'] as const) {
        const sentence = textOf('decisionFacts', language)(key, Object.fromEntries(names.map((name) => [name, `<${name}>`])))
        const places = textOf('decisionFacts', language)(key, Object.fromEntries(names.map((name) => [name, ''])))
        expect(sentence.replace(/<\w+>/g, ''), `${id} in ${language}`).toBe(places)
        expect(sentence).not.toMatch(/undefined|\{\{/)
      }
    }
  }
})
