import { expect, test } from 'vitest'
import type { FromHost } from '../protocol'

test('a module worker opens a scenario, answers, and hands its columns over', async () => {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
  const heard: FromHost[] = []
  const answered = (id: number): Promise<FromHost[]> => new Promise((resolve, reject) => {
    worker.onerror = (event) => { reject(new Error(event.message)) }
    worker.onmessage = (event: MessageEvent<FromHost>) => {
      heard.push(event.data)
      if (event.data.type === 'answer' && event.data.id === id) resolve(heard)
    }
  })
  worker.postMessage({ type: 'open', id: 1, take: { scenario: 'shop-rollout' } })
  const messages = await answered(1)
  expect(messages.at(-1)).toMatchObject({ type: 'answer', id: 1, ok: true })
  const frame = messages.find((message) => message.type === 'frame')
  expect(frame?.type === 'frame' && frame.nodes?.names.length).toBe(6)
  expect(frame?.type === 'frame' && frame.pods?.cpuMilli instanceof Float64Array).toBe(true)
  worker.postMessage({ type: 'play', id: 2, take: { speed: 8 } })
  await answered(2)
  // However slow the machine: the clock goes on.
  const passed = (): number => {
    const [first, last] = [heard.find((message) => message.type === 'frame'), heard.findLast((message) => message.type === 'frame')]
    return first?.type === 'frame' && last?.type === 'frame' ? last.now - first.now : 0
  }
  await expect.poll(passed, { timeout: 30_000 }).toBeGreaterThan(500)
  worker.postMessage({ type: 'pause', id: 3, take: {} })
  await answered(3)
  worker.terminate()
})
