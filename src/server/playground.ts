import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { closeOnSignal, listen, portOf } from './listen'
import { loopbackGuard } from './loopback'
import { playgroundServer } from './playground-server'
import { TabGateway } from './tab-gateway'

const usage = 'usage: npm start -- [--port N]\n'
const portWished = 4600

/** `npm start`: serves the built page on loopback, and prints where. */
async function main(args: string[]): Promise<void> {
  let wanted: string | undefined
  try {
    wanted = parseArgs({ args, options: { port: { type: 'string' } } }).values.port
  } catch (error) {
    return fail(`${error instanceof Error ? error.message : String(error)}\n${usage}`)
  }
  const port = wanted === undefined ? portWished : portOf(wanted)
  if (port === undefined) return fail(`--port: a number from 0 to 65535 is expected, not ${JSON.stringify(wanted)}\n${usage}`)
  const root = fileURLToPath(new URL('../../dist', import.meta.url))
  if (!existsSync(root)) return fail('there is no dist folder: run "npm run build" first, or "npm start", which does\n')
  const tabs = new TabGateway()
  const server = playgroundServer(root, loopbackGuard(), tabs)
  try {
    const taken = await listen(server, '127.0.0.1', port, wanted === undefined)
    process.stdout.write(`berth: http://127.0.0.1:${taken}/\nberth: while that page is open, its cluster answers: kubectl --server http://127.0.0.1:${taken} get nodes\n`)
  } catch (error) {
    return fail(`port ${port} cannot be opened: ${error instanceof Error ? error.message : String(error)}\n`)
  }
  closeOnSignal(() => {
    tabs.close()
    server.close()
    server.closeAllConnections()
  })
}

function fail(message: string): void {
  process.stderr.write(`berth: ${message}`)
  process.exitCode = 1
}

await main(process.argv.slice(2))
