import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serve, type Served } from './serve-command'

let served: Served
let base: string
const said: string[] = []
const terminal = { out: (text: string) => { said.push(text) }, error: (text: string) => { said.push(text) }, stdin: () => '' }

beforeAll(async () => {
  const started = await serve(['--port', '0', '--speed', '10', '--scenario', 'empty', '--fault', 'at=1h scheduler'], terminal)
  if (typeof started === 'number') throw new Error(said.join(''))
  served = started
  base = `http://127.0.0.1:${served.port}`
})

afterAll(() => { served.close() })

async function ask(method: string, body?: string): Promise<{ readonly status: number; readonly body: { readonly active?: readonly { readonly kind: string; readonly subject?: string }[]; readonly message?: string } }> {
  const answer = await fetch(`${base}/.berth/faults`, { method, ...(body === undefined ? {} : { body }) })
  return { status: answer.status, body: await answer.json() as never }
}

describe('faults over HTTP', () => {
  test('break, say what is broken, and heal', async () => {
    expect(await ask('GET')).toEqual({ status: 200, body: { active: [] } })
    const broken = await ask('POST', 'break apiserver\n')
    expect([broken.status, broken.body.active?.map(({ kind }) => kind)]).toEqual([200, ['apiserver']])
    expect((await fetch(`${base}/api/v1/nodes`)).status).toBe(503)
    expect((await ask('POST', 'heal apiserver')).body.active).toEqual([])
    expect((await fetch(`${base}/api/v1/nodes`)).status).toBe(200)
  })

  test.each([
    ['POST', 'explode', 400, 'nothing is called "explode"'], ['POST', '', 400, 'what is to break is missing'], ['POST', 'node nowhere', 409, 'there is no node "nowhere"'],
    ['POST', 'x'.repeat(2_000), 413, 'at most 1000 characters'], ['PUT', 'scheduler', 405, 'GET or POST'],
  ])('%s %s is refused', async (method, body, status, message) => {
    const answer = await ask(method, body)
    expect([answer.status, answer.body.message]).toEqual([status, expect.stringContaining(message)])
  })

  test('a fault that is none keeps the server from starting', async () => {
    expect(await serve(['--port', '0', '--scenario', 'empty', '--fault', 'at=1s explode'], terminal)).toBe(2)
    expect(said.at(-1)).toContain('--fault: nothing is called "explode"')
  })
})
