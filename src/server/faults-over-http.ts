import type { IncomingMessage, ServerResponse } from 'node:http'
import { parseFault, type FaultRequest } from '../api'
import type { Fault, FaultAnswer } from '../engine'

export const faultsPath = '/.berth/faults'
const textBytesMax = 1_000

/** Where faults are asked for and about. */
export interface FaultDesk {
  fault(fault: FaultRequest): FaultAnswer
  readonly faults: readonly Fault[]
}

/**
 * `GET /.berth/faults` says what is broken; `POST` with a line of text ("kill node-b for=60s", "heal node node-b") breaks or heals and says the same.
 * 400 with a sentence for what is none, 409 for what cannot be done. Gives false for other paths.
 */
export function faultsHandler(desk: FaultDesk): (request: IncomingMessage, response: ServerResponse) => boolean {
  const send = (response: ServerResponse, status: number, body: unknown): void => {
    const text = `${JSON.stringify(body)}\n`
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text)
  }
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method === 'GET') return send(response, 200, { active: desk.faults })
    if (request.method !== 'POST') return send(response, 405, { message: 'GET or POST' })
    let text = ''
    for await (const chunk of request as AsyncIterable<Buffer>) {
      text += chunk.toString()
      if (text.length > textBytesMax) return send(response, 413, { message: `a fault is a line of at most ${textBytesMax} characters` })
    }
    const read = parseFault(text.trim().split(/\s+/).filter((word) => word !== ''))
    if (!read.ok) return send(response, 400, { message: read.message })
    const answer = desk.fault(read.fault)
    send(response, answer.ok ? 200 : 409, answer.ok ? { active: desk.faults } : { message: answer.message })
  }
  return (request, response) => {
    if ((request.url ?? '').split('?', 1)[0] !== faultsPath) return false
    handle(request, response).catch(() => { response.destroy() })
    return true
  }
}
