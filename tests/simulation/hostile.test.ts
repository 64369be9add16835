import { beforeEach, describe, expect, test } from 'vitest'
import { pathOf, resourceOfKind, type ApiObject, type ApiResponse, type Status } from '../../src/api'
import { Cluster } from '../../src/engine'
import { readManifests } from '../../src/manifest'
import { hostileInputs } from './lib/hostile'

let cluster: Cluster

beforeEach(() => {
  cluster = new Cluster({ seed: 1 })
  cluster.simulation.run({ until: 1_000 })
})

/** As kubectl would: create, with the server's strict field validation. */
function create(object: ApiObject): ApiResponse {
  const resource = resourceOfKind(object.apiVersion, object.kind)
  const path = resource === undefined ? `/apis/${object.apiVersion}/${object.kind.toLowerCase()}s` : pathOf(resource, object.metadata.namespace ?? 'default')
  return cluster.request({ method: 'POST', path, query: { fieldValidation: 'Strict' }, body: object, userAgent: 'kubectl' })
}

describe('hostile objects: refused with the server\'s words, and nothing is stored', () => {
  test.each(hostileInputs.filter((input) => input.by === 'apiserver'))('$name', ({ text, says }) => {
    const before = cluster.stateHash()
    const { documents, problems } = readManifests(text, { file: 'hostile.yaml' })
    expect(problems).toEqual([])
    for (const { object } of documents) {
      const response = create(object)
      expect(response.status).toBeGreaterThanOrEqual(400)
      expect(response.status).toBeLessThan(500)
      // No such path: plain text, as the real server.
      if (resourceOfKind(object.apiVersion, object.kind) === undefined && typeof response.body === 'string') {
        expect(response.body).toBe('404 page not found\n')
        continue
      }
      const status = response.body as Status
      expect(status).toMatchObject({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code: response.status })
      expect(status.message).toMatch(says)
      expect((status.message ?? '').length).toBeLessThan(20_000)
    }
    expect(cluster.stateHash()).toBe(before)
  })

  test.each(hostileInputs.filter((input) => input.by === 'apiserver'))('$name, applied', ({ text }) => {
    const before = cluster.stateHash()
    for (const { object } of readManifests(text, { file: 'hostile.yaml' }).documents) {
      const resource = resourceOfKind(object.apiVersion, object.kind)
      if (resource === undefined) continue
      const { status, body } = cluster.request({
        method: 'PATCH', path: pathOf(resource, object.metadata.namespace ?? 'default', String(object.metadata.name ?? 'web')), query: { fieldManager: 'kubectl', force: 'true' },
        headers: { 'content-type': 'application/apply-patch+yaml' }, body: object, userAgent: 'kubectl',
      })
      expect(status).toBeGreaterThanOrEqual(400)
      // The real server too answers 500 to an apply whose fields have the wrong type.
      if (status >= 500) expect((body as Status).message).toMatch(/^failed to create typed patch object/)
      else expect(body).toMatchObject({ kind: 'Status', status: 'Failure', code: status })
    }
    expect(cluster.stateHash()).toBe(before)
  })
})
