import { createServer, type Server } from 'node:http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { failure, type ApiRequest, type ApiResponse } from '../api'
import type { Gateway } from './gateway'
import { kubernetesHandler } from './kubernetes-server'
import { listen } from './listen'

const path = '/api/v1/namespaces/default/pods/web/log'
const ok = (body: unknown): ApiResponse => ({ status: 200, headers: {}, body })

/** A cluster of one Pod, whose log the test writes. */
class OnePod implements Gateway {
  lines: string[] = ['one', 'two']
  state: 'running' | 'ended' | 'gone' = 'running'
  readonly asked: ApiRequest[] = []
  reads = 0

  request(request: ApiRequest): Promise<ApiResponse> {
    this.asked.push(request)
    return this.#answer(request)
  }

  read(request: ApiRequest): Promise<ApiResponse> {
    this.reads++
    return this.#answer(request)
  }

  watch(): Promise<never> {
    throw new Error('nobody watches')
  }

  #answer({ path: at, query }: ApiRequest): Promise<ApiResponse> {
    if (this.state === 'gone') return Promise.resolve({ status: 404, headers: {}, body: failure(404, 'NotFound', 'pods "web" not found') })
    if (at === path) return Promise.resolve(ok(this.lines.slice(query?.['tailLines'] === undefined ? 0 : -Number(query['tailLines'])).map((line) => `${line}\n`).join('')))
    return Promise.resolve(ok({ spec: { containers: [{ name: 'c' }] }, status: { containerStatuses: [{ name: 'c', state: this.state === 'running' ? { running: {} } : { terminated: { exitCode: 0 } } }] } }))
  }
}

let cluster: OnePod
let server: Server
let base: string

beforeEach(async () => {
  cluster = new OnePod()
  const handler = kubernetesHandler(cluster)
  server = createServer((request, response) => { handler(request, response) })
  base = `http://127.0.0.1:${await listen(server, '127.0.0.1', 0, false)}`
})

afterEach(() => {
  server.close()
  server.closeAllConnections()
})

async function follow(query: string, signal?: AbortSignal): Promise<{ readonly text: () => string; readonly ended: Promise<void> }> {
  const response = await fetch(`${base}${path}?follow=true${query}`, { ...(signal ? { signal } : {}) })
  expect(response.status).toBe(200)
  let text = ''
  const ended = (async () => {
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) text += Buffer.from(chunk).toString('utf8')
  })().catch(() => undefined)
  return { text: () => text, ended }
}

test('a followed log goes on with what is added, and ends with its container, whose last words it still tells', async () => {
  const { text, ended } = await follow('&tailLines=1')
  await expect.poll(text).toBe('two\n')
  cluster.lines = [...cluster.lines, 'three']
  await expect.poll(text).toBe('two\nthree\n')
  cluster.state = 'ended'
  cluster.lines = [...cluster.lines, 'done']
  await ended
  expect(text()).toBe('two\nthree\ndone\n')
  // Only the first look is a message that somebody sees in the cluster.
  expect(cluster.asked).toHaveLength(1)
})

test('it ends when the Pod is gone, and when the container was started again', async () => {
  const first = await follow('')
  cluster.state = 'gone'
  await first.ended
  cluster.state = 'running'
  const second = await follow('')
  cluster.lines = ['another', 'log', 'altogether']
  await second.ended
  expect([first.text(), second.text()]).toEqual(['one\ntwo\n', 'one\ntwo\n'])
})

test('nobody is looked after who has gone', async () => {
  const abort = new AbortController()
  const { text, ended } = await follow('', abort.signal)
  await expect.poll(text).toBe('one\ntwo\n')
  abort.abort()
  await ended
  await new Promise((resolve) => { setTimeout(resolve, 700) })
  const before = cluster.reads
  await new Promise((resolve) => { setTimeout(resolve, 1_200) })
  expect(cluster.reads).toBe(before)
})

test('a refusal is answered as one', async () => {
  cluster.state = 'gone'
  const response = await fetch(`${base}${path}?follow=true`)
  expect(response.status).toBe(404)
  expect(await response.json()).toMatchObject({ kind: 'Status', reason: 'NotFound' })
})
