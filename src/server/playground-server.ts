import { createServer, type Server } from 'node:http'
import { loopbackGuard, type Guard } from './loopback'
import { answer, staticFiles } from './static-files'

/** The server of the page: the built files, to this machine's own pages and programs. */
export function playgroundServer(root: string, guard: Guard = loopbackGuard()): Server {
  const serve = staticFiles(root)
  // Slow and endless headers are cut off; there is nothing here that takes long.
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000, maxHeaderSize: 16 * 1024, keepAliveTimeout: 5_000 }, (request, response) => {
    const refusal = guard(request)
    if (refusal !== undefined) return answer(response, 403, refusal, { connection: 'close' })
    serve(request, response).catch((error: unknown) => {
      process.stderr.write(`berth: ${String(error)}\n`)
      if (response.headersSent) response.destroy()
      else answer(response, 500, 'this file could not be read')
    })
  })
  server.maxConnections = 200
  return server
}
