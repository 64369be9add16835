import { describe, expect, test } from 'vitest'
import { Cluster } from '../../engine'
import { readText } from './check'
import { presets, type PresetName } from './presets'

describe('configurations to begin with', () => {
  test.each(Object.keys(presets) as PresetName[])('%s is what kube-scheduler accepts, without a warning', (name) => {
    const { documents, problems } = readText(presets[name], 'scheduler.yaml')
    expect(problems).toEqual([])
    // The reader gives every object metadata; a configuration has none.
    const { metadata: _, ...configuration } = documents[0]?.object ?? { metadata: {} }
    expect(new Cluster({ seed: 1 }).scheduler.check(configuration)).toMatchObject({ ok: true, notes: [] })
  })
})
