import { parseArgs } from 'node:util'
import { scenarioOf, scenarios } from '../scenarios'
import { closeOnSignal, listen, portOf } from './listen'
import { loadIntoCluster, problemLine } from './load'
import { isLoopbackHost, loopbackGuard } from './loopback'
import { PacedCluster } from './paced-cluster'
import { faultsHandler, faultsPath } from './faults-over-http'
import { kubernetesServer } from './kubernetes-server'
import { readFaults } from './simulate-faults'
import { prepare } from './prepare'
import { readFiles, type Terminal } from './read-files'

const usage = `usage: npm run serve -- [options]

      --port N           default 8001; 0: any that is free
      --host ADDRESS     default 127.0.0.1. Anything else opens the cluster to your network: there is no password.
  -f, --filename FILE    manifests, dumps, openb tables; a folder; "-" for standard input. Can be repeated.
      --scenario ID      the cluster to begin with (${scenarios.join(', ')}); default: "empty" (six nodes) unless the files bring Nodes
      --speed X          virtual time a unit of real time, 0.01 to 1000; default 1
      --seed N           seed of every random choice; default: the scenario's, or 1
      --fault FAULT      something to break at a moment of virtual time from now: 'at=30s kill node-b for=60s'. Can be repeated. While it runs:
                         curl -d 'kill node-b for=60s' http://127.0.0.1:8001${faultsPath}
  -h, --help
`

export interface Served {
  readonly port: number
  close(): void
}

/**
 * `npm run serve`: the Kubernetes API of a headless cluster over HTTP. Gives the running server, or the exit status: 0 after help,
 * 1 when the port cannot be had, 2 when a file or an argument is wrong.
 */
export async function serve(args: readonly string[], terminal: Terminal): Promise<Served | number> {
  let parsed
  try {
    parsed = parseArgs({
      args: [...args], allowPositionals: true,
      options: {
        port: { type: 'string' }, host: { type: 'string' }, filename: { type: 'string', short: 'f', multiple: true }, scenario: { type: 'string' },
        speed: { type: 'string' }, seed: { type: 'string' }, fault: { type: 'string', multiple: true }, help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    return wrong(terminal, `${error instanceof Error ? error.message : String(error)}\n${usage.trimEnd()}`)
  }
  const { values, positionals } = parsed
  if (values.help === true) {
    terminal.out(usage)
    return 0
  }
  const port = portOf(values.port ?? '8001')
  if (port === undefined) return wrong(terminal, `--port: a number from 0 to 65535 is expected, not ${JSON.stringify(values.port)}`)
  const speed = Number(values.speed ?? '1')
  if (!(speed >= 0.01 && speed <= 1000)) return wrong(terminal, `--speed: a number from 0.01 to 1000 is expected, not ${JSON.stringify(values.speed)}`)
  const givenSeed = values.seed === undefined ? undefined : /^[0-9]{1,15}$/.test(values.seed) ? Number(values.seed) : Number.NaN
  if (Number.isNaN(givenSeed)) return wrong(terminal, `--seed: a whole number from 0 is expected, not ${JSON.stringify(values.seed)}`)
  if (values.scenario !== undefined && scenarioOf(values.scenario) === undefined) return wrong(terminal, `--scenario: there is none called ${JSON.stringify(values.scenario)}; there are: ${scenarios.join(', ')}`)

  const { files, problems } = readFiles([...values.filename ?? [], ...positionals], terminal)
  if (problems.length > 0) return wrong(terminal, ...problems)
  const prepared = prepare(files, { scenario: values.scenario, seed: givenSeed, gpu: 'share' })
  if ('problems' in prepared) return wrong(terminal, ...prepared.problems)
  const { cluster, dump } = prepared
  const planned = readFaults(values.fault ?? [], [])
  if (planned.problems.length > 0) return wrong(terminal, ...planned.problems)
  const loaded = loadIntoCluster(cluster, dump)
  if (loaded.problems.length > 0) return wrong(terminal, ...loaded.problems.map(problemLine))
  for (const note of loaded.notes) terminal.error(`note: ${problemLine(note)}\n`)

  const host = values.host ?? '127.0.0.1'
  if (!isLoopbackHost(host)) terminal.error(`warning: ${host} is not loopback: everyone who reaches this machine can read and change the cluster\n`)
  const gateway = new PacedCluster(cluster, { speed, now: () => performance.now() })
  const server = kubernetesServer(gateway, isLoopbackHost(host) ? loopbackGuard() : () => undefined, faultsHandler(gateway))
  let taken: number
  try {
    taken = await listen(server, host, port, false)
  } catch (error) {
    terminal.error(`port ${port} cannot be opened: ${error instanceof Error ? error.message : String(error)}\n`)
    return 1
  }
  for (const { at, fault } of planned.faults) cluster.simulation.schedule(at, cluster.faults.name, { type: 'fault', fault })
  gateway.start()
  const address = `http://${host.includes(':') ? `[${host}]` : host}:${taken}`
  terminal.out(`listening on ${address}\n`)
  terminal.error(`try: kubectl --server ${address} get nodes\n`)
  return {
    port: taken,
    close: () => {
      gateway.stop()
      server.close()
      server.closeAllConnections()
    },
  }
}

function wrong(terminal: Terminal, ...lines: readonly string[]): number {
  for (const line of lines) terminal.error(`${line}\n`)
  return 2
}

/** Runs until a signal comes. */
export async function serveUntilSignal(args: readonly string[], terminal: Terminal): Promise<void> {
  const served = await serve(args, terminal)
  if (typeof served === 'number') process.exitCode = served
  else closeOnSignal(() => { served.close() })
}
