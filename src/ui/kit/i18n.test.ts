import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { faultKinds } from '../../api'
import { allCatalogues, hasText, textOf } from './i18n'
import { sayBecause, sayFact, sayNext, sayRefusal, sayRefusalShort } from './facts'
import { plain } from './rich'

const ui = join(import.meta.dirname, '..')

function sources(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? sources(path) : /\.tsx?$/.test(name) && !/\.test\./.test(name) ? [path] : []
  })
}

/** The literal object behind `defineCatalogue('feature', {…})` in a source file, evaluated without React or a browser. */
function cataloguesIn(path: string): { readonly feature: string; readonly words: { readonly en: Record<string, string>; readonly zh: Record<string, string> } }[] {
  const text = readFileSync(path, 'utf8')
  return [...text.matchAll(/^defineCatalogue\('(\w+)', (\{[\s\S]*?\n\})\)/gm)].map((match) => ({
    feature: match[1] as string, words: new Function(`return ${match[2] as string}`)() as { en: Record<string, string>; zh: Record<string, string> },
  }))
}

const found = sources(ui).flatMap((path) => cataloguesIn(path).map((catalogue) => ({ ...catalogue, path: path.slice(ui.length + 1) })))
// English counts places as "1st", Chinese by the number: the same number in two forms.
const placeOf = (name: string): string => (name === 'ordinal' ? 'rank' : name)
const places = (sentence: string): string[] => [...new Set([...sentence.matchAll(/\{\{(\w+)\}\}/g)].map((match) => placeOf(match[1] as string)))].sort()

describe('catalogues', () => {
  test('every feature has one, and both languages have the same sentences', () => {
    expect(found.length).toBeGreaterThan(8)
    for (const { feature, words } of found) {
      const english = new Set(Object.keys(words.en).filter((key) => !key.endsWith('_one')))
      expect([...english].sort(), feature).toEqual(Object.keys(words.zh).sort())
    }
  })

  test('both languages say the same numbers and names', () => {
    for (const { feature, words } of found) {
      for (const [key, sentence] of Object.entries(words.zh)) expect(places(sentence), `${feature} ${key}`).toEqual(places(words.en[key] ?? ''))
    }
  })

  test('Chinese has full-width punctuation between Han', () => {
    for (const { feature, words } of found) {
      for (const [key, sentence] of Object.entries(words.zh)) expect(sentence, `${feature} ${key}`).not.toMatch(/[\u4e00-\u9fff][,;:!?][\u4e00-\u9fff ]|[\u4e00-\u9fff]\.$/)
    }
  })

  test('nothing is yelled and nobody is sorry', () => {
    for (const { feature, words } of found) {
      for (const sentence of [...Object.values(words.en), ...Object.values(words.zh)]) expect(sentence, feature).not.toMatch(/!$|！|sorry|please|抱歉|请重试/i)
    }
  })
})

describe('the host\'s facts', () => {
  const document = readFileSync(join(ui, '../host/FACTS.md'), 'utf8')
  const ids = [...new Set([...document.matchAll(/^\| (`(?:caption|next|because)\.[^|]+) \|/gm)].flatMap((row) => [...(row[1] as string).matchAll(/`([\w.]+)`/g)].map((match) => match[1] as string)))]

  test('each id of FACTS.md has a sentence', () => {
    expect(ids.length).toBeGreaterThan(60)
    // The words of a beat are those of its phase.
    const families: Readonly<Record<string, readonly string[]>> = { 'caption.broke': faultKinds, 'caption.healed': faultKinds.filter((kind) => kind !== 'runtime') }
    for (const id of ids) for (const key of families[id]?.map((kind) => `${id}.${kind}`) ?? [id]) expect(hasText('facts', key), key).toBe(true)
  })

  test('no sentence of a known id leaves a place open, whatever is absent', () => {
    for (const id of ids) {
      for (const language of ['en', 'zh'] as const) {
        const fact = { id, args: {}, target: { kind: 'none', name: '' }, wake: [] } as const
        const sentence = id.startsWith('because') ? sayBecause({ id, args: {} }, language) : id.startsWith('next') ? sayNext(fact, language) : sayFact(fact, language)
        expect(sentence, `${language} ${id}`).not.toMatch(/\{\{|undefined|NaN/)
      }
    }
  })

  test('an unknown id is no error', () => {
    expect(sayFact({ id: 'caption.someday', args: { by: 'kubelet/node-a', what: 'tick' }, target: { kind: 'none', name: '' }, wake: [] }, 'en')).toBe('kubelet on node-a woke (tick) and wrote nothing.')
  })

  test('a refusal says the number that mattered', () => {
    const fit = { reasons: ['Insufficient cpu'], facts: [{ id: 'fit.sufficient', values: { resource: 'pods', requested: 1, used: 3, allocatable: 110, free: 107 } }, { id: 'fit.insufficient', values: { resource: 'cpu', requested: 500, used: 3700, allocatable: 4000, free: 300, hopeless: false } }] }
    expect(sayRefusal(fit, 'en')).toBe('its CPU is 0.2 short')
    expect(sayRefusalShort(fit, 'en')).toBe('0.2 CPU short')
    const fact = { id: 'caption.filterRejects', args: { plugin: 'NodeResourcesFit', node: 'node-d', reason: 'Insufficient cpu', left: 4, of: 5 }, target: { kind: 'node', name: 'node-d' }, wake: [] } as const
    expect(plain(sayFact(fact, 'en', fit))).toBe('NodeResourcesFit rejects node-d: its CPU is 0.2 short.')
    expect(plain(sayFact(fact, 'zh', fit))).toBe('NodeResourcesFit 拒绝 node-d：CPU 还差 0.2。')
    expect(plain(sayFact(fact, 'en'))).toBe('NodeResourcesFit rejects node-d: Insufficient cpu.')
    expect(sayRefusal({ reasons: ['node(s) had untolerated taint(s)'], facts: [{ id: 'taint.untolerated', values: { key: 'dedicated', value: 'batch', effect: 'NoSchedule' } }] }, 'en')).toBe('the Pod does not tolerate dedicated=batch:NoSchedule')
    expect(sayRefusal({ reasons: ['its own words'], facts: [] }, 'zh')).toBe('its own words')
  })

  test('a message that ends its own sentence is not ended twice', () => {
    expect(sayFact({ id: 'caption.noNode', args: { podName: 'web', pod: 'shop/web', message: '0/1 nodes are available: 1 Insufficient cpu.', nodes: 1 }, target: { kind: 'none', name: '' }, wake: [] }, 'en')).toMatch(/cpu\.$/)
  })
})

test('words of one feature are found by key, and a missing one comes back as itself', () => {
  expect(allCatalogues().has('facts')).toBe(true)
  expect(textOf('facts', 'en')('actor.controller', { name: 'ReplicaSet' })).toBe('ReplicaSet controller')
  expect(textOf('facts', 'zh')('actor.controller', { name: 'ReplicaSet' })).toBe('ReplicaSet 控制器')
  expect(textOf('facts', 'en')('no.such.key')).toBe('no.such.key')
})
