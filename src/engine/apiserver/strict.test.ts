import { expect, test } from 'vitest'
import type { ApiResponse, Status } from '../../api'
import { TestServer } from './testing/server'

const configMaps = '/api/v1/namespaces/default/configmaps'
const deployments = '/apis/apps/v1/namespaces/default/deployments'

function post(path: string, body: string, fieldValidation: string, type = 'application/json'): ApiResponse {
  return new TestServer().apiserver.request({ method: 'POST', path, query: { fieldValidation }, headers: { 'content-type': type }, userAgent: 'tester', body })
}

const messageOf = (answer: ApiResponse): string => (answer.body as Status).message ?? ''
const twice = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x","labels":{"a":"1","a":"2"}},"data":{"k":"1"},"nope":1,"data":{"k":"2"}}'

test('keys that come twice are named in their order among unknown ones, and the last counts (S31)', () => {
  expect(messageOf(post(configMaps, twice, 'Strict'))).toBe('ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: duplicate field "metadata.labels.a", unknown field "nope", duplicate field "data"')
  const warned = post(configMaps, twice, 'Warn')
  expect(warned.status).toBe(201)
  expect(warned.body).toMatchObject({ metadata: { labels: { a: '2' } }, data: { k: '2' } })
  expect(warned.headers['warning']).toBe('299 - "duplicate field \\"metadata.labels.a\\"", 299 - "unknown field \\"nope\\"", 299 - "duplicate field \\"data\\""')
  expect(post(configMaps, twice, 'Ignore').headers['warning']).toBeUndefined()
})

test('YAML says in which line a key comes again (S31)', () => {
  const yaml = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\ndata:\n  k: "1"\n  k: "2"\n'
  expect(messageOf(post(configMaps, yaml, 'Strict', 'application/yaml'))).toBe('ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: yaml: unmarshal errors:\n  line 7: key "k" already set in map')
  const server = new TestServer()
  const apply = (fieldValidation: string): ApiResponse => server.apiserver.request({ method: 'PATCH', path: `${configMaps}/x`, query: { fieldManager: 'm', fieldValidation }, headers: { 'content-type': 'application/apply-patch+yaml' }, userAgent: 'tester', body: yaml })
  expect(messageOf(apply('Strict'))).toBe('error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  line 7: key "k" already set in map')
  expect(apply('Warn').status).toBe(201)
})

test.each([
  ['3000000000', 'json: cannot unmarshal number 3000000000 into Go struct field DeploymentSpec.spec.replicas of type int32'],
  ['9007199254740993', 'json: cannot unmarshal number 9007199254740993 into Go struct field DeploymentSpec.spec.replicas of type int32'],
  ['99999999999999999999999', 'json: cannot unmarshal number 99999999999999999999999 into Go struct field DeploymentSpec.spec.replicas of type int32'],
  ['1.5', 'json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32'],
  ['"3"', 'json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32'],
  ['true', 'json: cannot unmarshal bool into Go struct field DeploymentSpec.spec.replicas of type int32'],
])('a count of %s is refused as it was written (S32)', (literal, problem) => {
  expect(messageOf(post(deployments, `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"x"},"spec":{"replicas":${literal}}}`, 'Warn'))).toBe(`Deployment in version "v1" cannot be handled as a Deployment: ${problem}`)
})

test('keys are told apart by case, and null is absence (S33)', () => {
  const answer = post(configMaps, '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x","Labels":{"a":"b"},"labels":null},"Data":{"a":"b"}}', 'Strict')
  expect(messageOf(answer)).toBe('ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "metadata.Labels", unknown field "Data"')
  const made = post(configMaps, '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x","labels":null},"data":null}', 'Strict')
  expect(made.status).toBe(201)
  expect(made.body).not.toHaveProperty('data')
})

test('what is nested too deep or too large is refused before anything else (S34)', () => {
  const deep = `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"data":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
  expect(post(configMaps, deep, 'Strict').status).toBe(400)
  const large = post(configMaps, `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"data":{"a":"${'x'.repeat(3 * 1024 * 1024)}"}}`, 'Strict')
  expect(large).toMatchObject({ status: 413, body: { reason: 'RequestEntityTooLarge', message: 'Request entity too large: limit is 3145728' } })
  const many = 'a: &a [x,x,x,x,x,x,x,x,x,x]\n' + Array.from({ length: 12 }, (_, i) => `${'abcdefghijklmn'.charAt(i + 1)}: &${'abcdefghijklmn'.charAt(i + 1)} [${Array.from({ length: 9 }, () => `*${'abcdefghijklmn'.charAt(i)}`).join(',')}]`).join('\n')
  expect(post(configMaps, many, 'Strict', 'application/yaml').status).toBe(400)
})
