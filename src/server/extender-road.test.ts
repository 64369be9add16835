import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Cluster } from '../engine'
import { askExtender } from './extender-road'

/** An extender in a thread of its own: the test's own thread waits while it is asked. */
const extender = `
const { createServer } = require('node:http')
const { parentPort } = require('node:worker_threads')
const asked = []
createServer((request, response) => {
  let text = ''
  request.on('data', (chunk) => { text += chunk })
  request.on('end', () => {
    const body = JSON.parse(text)
    asked.push(request.url)
    const names = body.nodenames ?? body.nodes?.items.map((node) => node.metadata.name)
    const answer = request.url === '/filter' ? { nodenames: names.filter((name) => name !== 'node-a'), failedNodes: { 'node-a': 'the extender does not want it' } }
      : request.url === '/prioritize' ? names.map((name) => ({ host: name, score: name === 'node-c' ? 10 : 0 }))
      : request.url === '/asked' ? asked : undefined
    if (answer === undefined) { response.writeHead(500).end(); return }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  })
}).listen(0, '127.0.0.1', function () { parentPort.postMessage(this.address().port) })`

let worker: Worker
let url: string

beforeAll(async () => {
  worker = new Worker(extender, { eval: true })
  url = `http://127.0.0.1:${String(await new Promise((resolve) => { worker.once('message', resolve) }))}`
})
afterAll(() => worker.terminate())

function cluster(configuration: object): Cluster {
  const made = new Cluster({ seed: 3, extenderRoad: askExtender, settings: { schedulerConfiguration: { apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration', ...configuration } } })
  for (const name of ['node-a', 'node-b', 'node-c']) made.request({ method: 'POST', path: '/api/v1/nodes', userAgent: 'test', body: { apiVersion: 'v1', kind: 'Node', metadata: { name }, status: { capacity: { cpu: '4', memory: '8Gi', pods: '110' } } } })
  made.simulation.run({ until: 3_000 })
  made.request({ method: 'POST', path: '/api/v1/namespaces/default/pods', userAgent: 'test', body: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'registry.example/c:1' }] } } })
  made.simulation.run({ until: 6_000 })
  return made
}

const nodeOf = (made: Cluster): unknown => (made.read({ method: 'GET', path: '/api/v1/namespaces/default/pods/p', userAgent: 'test' }).body as { spec: { nodeName?: string } }).spec.nodeName

describe('an extender over HTTP', () => {
  test('refuses and scores nodes, and a past cycle is explained without asking again', () => {
    const made = cluster({ extenders: [{ urlPrefix: url, filterVerb: 'filter', prioritizeVerb: 'prioritize', weight: 100, nodeCacheCapable: true }] })
    expect(nodeOf(made)).toBe('node-c')
    const before = askExtender(`${url}/asked`, {}, 1_000) as string[]
    expect(made.explain(1)?.cycle.node).toBe('node-c')
    expect((askExtender(`${url}/asked`, {}, 1_000) as string[]).filter((path) => path !== '/asked')).toEqual(before.filter((path) => path !== '/asked'))
  })

  test('is told whole nodes unless it keeps its own', () => {
    expect(nodeOf(cluster({ extenders: [{ urlPrefix: url, prioritizeVerb: 'prioritize', weight: 100 }] }))).toBe('node-c')
  })

  test('that fails keeps the Pod waiting with the reason, unless it may be ignored', () => {
    const made = cluster({ extenders: [{ urlPrefix: url, filterVerb: 'nothing' }] })
    expect(nodeOf(made)).toBeUndefined()
    expect(made.scheduler.cycles(1)[0]?.message).toMatch(/code 500/)
    expect(nodeOf(cluster({ extenders: [{ urlPrefix: url, filterVerb: 'nothing', ignorable: true }] }))).toMatch(/^node-/)
  })
})

test('nobody at the other end is an error that says so', () => {
  expect(() => askExtender('http://127.0.0.1:9/filter', {}, 1_000)).toThrow(/Post "http:\/\/127\.0\.0\.1:9\/filter"/)
})
