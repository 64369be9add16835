import { describe, expect, test } from 'vitest'
import { pathText, placeAt } from './place'
import { factsAt, fieldFixes, suggestAt } from './suggest'

/** The text without its mark `¦`, and where the mark was. */
function marked(written: string): readonly [string, number, number] {
  const before = written.slice(0, written.indexOf('¦')).split('\n')
  return [written.replace('¦', ''), before.length, (before.at(-1) ?? '').length + 1]
}

const deployment = 'apiVersion: apps/v1\nkind: Deployment\n'
const pod = 'apiVersion: v1\nkind: Pod\n'

describe('the place of a cursor in YAML that may be unfinished', () => {
  test.each([
    ['¦', 'key', '', ''],
    ['ki¦', 'key', '', 'ki'],
    ['kind: Po¦', 'value', 'kind', 'Po'],
    ['spec:\n  re¦', 'key', 'spec', 're'],
    ['spec:\n  replicas: ¦', 'value', 'spec.replicas', ''],
    ['spec:\n  ¦\nstatus: {}', 'key', 'spec', ''],
    ['spec:\n  containers:\n  - name: a\n    im¦', 'key', 'spec.containers[0]', 'im'],
    ['spec:\n  containers:\n    - name: a\n    - ¦', 'key', 'spec.containers[1]', ''],
    ['spec:\n  containers:\n  - name: a\n  - name: b\n    image: ¦', 'value', 'spec.containers[1].image', ''],
    ['spec:\n  containers:\n  - name: a\n  no¦', 'key', 'spec', 'no'],
    ['a:\n- - x: 1\n    y¦', 'key', 'a[0][0]', 'y'],
    ['spec:\n  broken here\n  : [\n  x¦', 'key', 'spec', 'x'],
    ['spec: { a: { b: 1, c¦', 'key', 'spec.a', 'c'],
    ['spec: { a: 1, l: [x, y¦', 'value', 'spec.l[1]', 'y'],
    ['kind: A\nspec:\n  x: 1\n---\nsp¦', 'key', '', 'sp'],
    ['data:\n  text: |\n    kind: no\n  k¦', 'key', 'data', 'k'],
    ['data:\n  text: |\n    kind: ¦', 'value', 'data.text', ''],
  ])('%j', (written, at, path, word) => {
    const place = placeAt(...marked(written))
    expect({ at: place.at, path: pathText(place.path), word: place.word }).toEqual({ at, path, word })
  })

  test('what stands beside the cursor is known, above and below, but for its own line and other documents', () => {
    expect([...placeAt(...marked('kind: X\n---\nkind: Y\n¦\nspec:\n  a: 1\n---\nkind: Z')).values.keys()]).toEqual(['kind', 'spec', 'spec.a'])
  })
})

describe('suggestions from the schema', () => {
  const labels = (written: string): readonly string[] => suggestAt(...marked(written)).items.map(({ label }) => label)
  test('at the root: kinds and apiVersions that go together', () => {
    expect(labels('¦')).toEqual(['apiVersion', 'kind'])
    expect(labels('kind: Deployment\napiVersion: ¦')).toEqual(['apps/v1'])
    expect(labels('apiVersion: apps/v1\nkind: ¦')).toEqual(['ControllerRevision', 'DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet'])
    expect(labels('kind: ¦')).toContain('KubeSchedulerConfiguration')
    expect(labels('kind: ¦')).not.toContain('PodList')
  })
  test('fields of the mapping, what is required first, without those that are there', () => {
    expect(labels(`${deployment}spec:\n  replicas: 2\n  ¦`)).toEqual(['selector', 'template', 'minReadySeconds', 'paused', 'progressDeadlineSeconds', 'revisionHistoryLimit', 'strategy'])
    expect(labels(`${pod}spec:\n  containers:\n  - name: a\n    ¦`)).toContain('image')
    expect(labels(`${pod}spec:\n  containers:\n  - name: a\n    ¦`)).not.toContain('name')
    expect(labels(`${pod}metadata:\n  labels:\n    ¦`)).toEqual([])
  })
  test('values of enumerations and booleans', () => {
    expect(labels(`${pod}spec:\n  restartPolicy: ¦`)).toEqual(['Always', 'OnFailure', 'Never'])
    expect(labels(`${pod}spec:\n  hostNetwork: ¦`)).toEqual(['true', 'false'])
    expect(labels('apiVersion: v1\nkind: PersistentVolumeClaim\nspec:\n  accessModes:\n  - ¦')).toContain('ReadWriteOnce')
  })
  test('the scheduler: its fields, and the args of the plugin that is named', () => {
    const head = 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\nprofiles:\n- '
    expect(labels(`${head}¦`)).toEqual(['schedulerName', 'percentageOfNodesToScore', 'plugins', 'pluginConfig'])
    expect(labels(`${head}pluginConfig:\n  - name: NodeResourcesFit\n    args:\n      scoringStrategy:\n        type: ¦`)).toEqual(['LeastAllocated', 'MostAllocated', 'RequestedToCapacityRatio'])
    expect(labels(`${head}pluginConfig:\n  - name: ¦`)).toContain('PodTopologySpread')
  })
  test('what is written goes on below, as deep as markers ask, and never inside braces', () => {
    const insert = (written: string, label: string): string | undefined => suggestAt(...marked(written)).items.find((item) => item.label === label)?.insert
    expect(insert(`${pod}sp¦`, 'spec')).toBe('spec:\n  ')
    expect(insert(`${pod}spec:\n  ¦`, 'containers')).toBe('containers:\n- ')
    expect(insert(`${pod}spec:\n  containers:\n  - res¦`, 'resources')).toBe('resources:\n    ')
    expect(insert(`${pod}spec: { ¦`, 'affinity')).toBe('affinity: ')
    expect(insert(`${pod}sp¦: x`, 'spec')).toBe('spec')
  })
})

describe('what is known of a field', () => {
  test('path, type, need, default, keys, values', () => {
    expect(factsAt(...marked(`${deployment}spec:\n  repl¦icas: 3`))).toMatchObject({ path: 'spec.replicas', type: 'int32', required: false, preset: '1' })
    expect(factsAt(...marked(`${pod}spec:\n  con¦tainers:\n  - name: a`))).toMatchObject({ path: 'spec.containers', type: '[Container]', required: true, keys: ['name'] })
    expect(factsAt(...marked(`${pod}spec:\n  restartPolicy: Al¦ways`))?.values).toEqual(['Always', 'OnFailure', 'Never'])
    expect(factsAt(...marked(`${pod}spec:\n  no¦ne: 1`))).toBeUndefined()
  })
  test('a misspelt field has the name it is like', () => {
    expect(fieldFixes('apps/v1', 'Deployment', 'spec.replcias')).toEqual(['replicas'])
    expect(fieldFixes('apps/v1', 'Deployment', 'spec.template.spec.containers[0].imagee')[0]).toBe('image')
    expect(fieldFixes('apps/v1', 'Deployment', 'spec.zzzzzz')).toEqual([])
  })
})
