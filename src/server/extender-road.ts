import { execFileSync } from 'node:child_process'

/** Runs in a process of its own: the scheduler decides at one instant of virtual time and cannot wait for a promise. */
const asker = `
const [url, timeoutMs] = process.argv.slice(1)
let body = ''
for await (const chunk of process.stdin) body += chunk
try {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body, signal: AbortSignal.timeout(Number(timeoutMs)) })
  if (response.status !== 200) throw new Error('failed ' + new URL(url).pathname.slice(1) + ' with extender at URL ' + url + ', code ' + response.status)
  console.log(JSON.stringify({ value: await response.json() }))
} catch (error) {
  const why = error.cause?.message ?? error.message
  console.log(JSON.stringify({ error: error.message.startsWith('failed ') ? error.message : 'Post "' + url + '": ' + why }))
}`

const answerBytesMax = 64 * 1024 * 1024

/** Asks a scheduler extender over HTTP and waits for it: some 60 real ms a question. Throws an Error with the reason. */
export function askExtender(url: string, body: unknown, timeoutMs: number): unknown {
  const text = execFileSync(process.execPath, ['--input-type=module', '-e', asker, url, String(timeoutMs)], {
    input: JSON.stringify(body), encoding: 'utf8', maxBuffer: answerBytesMax, timeout: timeoutMs + 10_000, stdio: ['pipe', 'pipe', 'ignore'],
  })
  const answer = JSON.parse(text) as { readonly value?: unknown; readonly error?: string }
  if (answer.error !== undefined) throw new Error(answer.error)
  return answer.value
}
