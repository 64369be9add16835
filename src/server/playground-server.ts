import { createServer, type Server } from 'node:http'
import { isKubernetesPath, kubernetesHandler, limited, serverLimits } from './kubernetes-server'
import { loopbackGuard, type Guard } from './loopback'
import { answer, staticFiles } from './static-files'
import { bridgePath, type TabGateway } from './tab-gateway'

/**
 * The server of the page: the built files, to this machine's own pages and programs. With a `tabs` gateway it also serves the
 * Kubernetes API of the cluster in the open tab, and tells the page so in its head.
 */
export function playgroundServer(root: string, guard: Guard = loopbackGuard(), tabs?: TabGateway): Server {
  const serve = staticFiles(root, tabs === undefined ? '' : `<meta name="berth-bridge" content="${bridgePath}">`)
  const kubernetes = tabs === undefined ? undefined : kubernetesHandler(tabs)
  // Slow and endless headers are cut off.
  const server = createServer(serverLimits, (request, response) => {
    const refusal = guard(request)
    if (refusal !== undefined) return answer(response, 403, refusal, { connection: 'close' })
    if (tabs?.handle(request, response) === true) return
    if (kubernetes !== undefined && isKubernetesPath((request.url ?? '').split('?', 1)[0] ?? '') && kubernetes(request, response)) return
    serve(request, response).catch((error: unknown) => {
      process.stderr.write(`berth: ${String(error)}\n`)
      if (response.headersSent) response.destroy()
      else answer(response, 500, 'this file could not be read')
    })
  })
  return limited(server)
}
