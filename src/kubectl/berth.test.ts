import { describe, expect, test } from 'vitest'
import { epochUnixMs, faultKinds, parseFault } from '../api'
import { Cluster } from '../engine'
import { completeLine, runBerth, runCommandLine, CommandError, type Environment } from '.'

function desk(): { readonly run: (line: string) => Promise<{ status: number; out: string; err: string }>; readonly cluster: Cluster; readonly environment: Environment } {
  const cluster = new Cluster({ seed: 3 })
  for (const name of ['node-a', 'node-b']) cluster.request({ method: 'POST', path: '/api/v1/nodes', userAgent: 'kubectl', body: { apiVersion: 'v1', kind: 'Node', metadata: { name } } })
  cluster.request({ method: 'POST', path: '/api/v1/namespaces/default/pods', userAgent: 'kubectl', body: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec: { containers: [{ name: 'c', image: 'app:1' }] } } })
  cluster.simulation.run({ until: 10_000 })
  let [out, err]: [string[], string[]] = [[], []]
  const environment: Environment = {
    request: (request) => Promise.resolve(cluster.request(request)),
    change: () => Promise.resolve(), now: () => epochUnixMs + cluster.simulation.now, readFile: () => undefined,
    out: (line) => { out.push(line) }, error: (line) => { err.push(line) }, readObjects: () => ({ objects: [], problems: [] }), writeYaml: () => '',
    faults: {
      list: () => Promise.resolve({
        controllers: cluster.controllerManager.names,
        active: cluster.faults.active.map(({ kind, subject, since, until }) => ({ kind, ...(subject === undefined ? {} : { subject }), sinceUnixMs: epochUnixMs + since, ...(until === undefined ? {} : { untilUnixMs: epochUnixMs + until }) })),
      }),
      change: (fault) => {
        const answer = cluster.fault(fault)
        return answer.ok ? Promise.resolve() : Promise.reject(new CommandError(`error: ${answer.message}`))
      },
    },
  }
  return {
    cluster, environment,
    run: async (line) => {
      ;[out, err] = [[], []]
      const status = line.startsWith('berth') ? await runBerth(line, environment) : await runCommandLine(line, environment, 'default')
      return { status, out: out.join('\n'), err: err.join('\n') }
    },
  }
}

describe('berth', () => {
  test('breaks, says what is broken, and heals', async () => {
    const it = desk()
    expect(await it.run('berth faults')).toEqual({ status: 0, out: '', err: 'Nothing is broken.' })
    expect(await it.run('berth break node node-b --for 60s')).toEqual({ status: 0, out: 'node node-b broken', err: '' })
    expect((await it.run('berth break etcd --delay=500ms')).out).toBe('etcd broken')
    it.cluster.simulation.run({ until: 15_000 })
    expect((await it.run('berth faults')).out.split('\n')).toEqual(['KIND   NAME     SINCE   HEALS', 'node   node-b   5s      in 55s', 'etcd            5s      by hand'])
    expect((await it.run('berth heal etcd')).out).toBe('etcd healed')
    expect((await it.run('berth heal all')).out).toBe('node node-b healed')
    expect(it.cluster.faults.active).toEqual([])
  })

  test.each([
    ['berth break', 'error: what is to break is missing: one of'],
    ['berth break nothing', 'error: nothing is called "nothing": one of node,'],
    ['berth break node', 'error: node needs the name of a node'],
    ['berth break node node-z', 'error: there is no node "node-z"'],
    ['berth break scheduler x', 'error: there is only one scheduler: "x" is too much'],
    ['berth break node node-a --for soon', 'error: for=soon: a duration such as 60s or 2m30s'],
    ['berth break node node-a --delay 2s', 'error: delay= belongs to etcd, not to node'],
    ['berth break node node-a --for', 'error: flag needs an argument: --for'],
    ['berth break node node-a --force=yes', 'error: "force" is no option: for=, delay= (etcd), used= (disk), rate= (memory)'],
    ['berth heal node node-a', 'error: node node-a is not broken'],
    ['berth smash node node-a', 'error: unknown command "smash" for "berth"'],
  ])('%s is refused with a sentence', async (line, message) => {
    const it = desk()
    const said = await it.run(line)
    expect([said.status, said.out]).toEqual([1, ''])
    expect(said.err).toContain(message)
    expect(it.cluster.faults.active).toEqual([])
  })

  test('completes commands, kinds, names and what is broken', async () => {
    const it = desk()
    const words = async (line: string): Promise<readonly string[]> => (await completeLine(line, it.environment, 'default')).words
    expect(await words('be')).toEqual(['berth'])
    expect(await words('berth ')).toEqual(['break', 'faults', 'heal'])
    expect(await words('berth break ')).toEqual([...faultKinds].sort())
    expect(await words('berth break kubelet n')).toEqual(['node-a', 'node-b'])
    expect(await words('berth break memory ')).toEqual(['default/web'])
    expect(await words('berth break controller rep')).toEqual(['replicaset', 'replicationcontroller'])
    expect(await words('berth break node node-a --f')).toEqual(['--for='])
    await it.run('berth break kubelet node-a')
    expect(await words('berth heal ')).toEqual(['all', 'kubelet'])
    expect(await words('berth heal kubelet ')).toEqual(['node-a'])
  })

  test('kubectl says in its own words that nobody answers', async () => {
    const it = desk()
    await it.run('berth break apiserver')
    expect(await it.run('kubectl get nodes')).toEqual({ status: 1, out: '', err: 'The connection to the server control-plane:6443 was refused - did you specify the right host or port?' })
    await it.run('berth heal apiserver')
    expect((await it.run('kubectl get nodes')).status).toBe(0)
  })
})

describe('a fault as people write it', () => {
  test.each([
    ['kill node-b for=60s', { kind: 'node', subject: 'node-b', on: true, forMs: 60_000 }],
    ['kill node node-b', { kind: 'node', subject: 'node-b', on: true }],
    ['cut node-b', { kind: 'network', subject: 'node-b', on: true }],
    ['stop kube-scheduler', { kind: 'scheduler', on: true }],
    ['start kube-scheduler', { kind: 'scheduler', on: false }],
    ['slow etcd delay=1.5s', { kind: 'etcd', on: true, delayMs: 1_500 }],
    ['fill node-b used=97%', { kind: 'disk', subject: 'node-b', on: true, share: 0.97 }],
    ['leak shop/web-1 rate=8Mi/s', { kind: 'memory', subject: 'shop/web-1', on: true, bytesPerSecond: 8 * 1024 * 1024 }],
    ['leak web-1', { kind: 'memory', subject: 'default/web-1', on: true }],
    ['heal registry', { kind: 'registry', on: false }],
    ['restart runtime node-a', { kind: 'runtime', subject: 'node-a', on: true }],
  ])('%s', (text, fault) => {
    expect(parseFault(text.split(' '))).toEqual({ ok: true, fault })
  })

  test.each([['constructor'], ['break __proto__'], ['node a b'], ['disk a used=x%'], ['memory a rate=0/s'], ['etcd delay=0s'], ['=1']])('%s is none', (text) => {
    expect(parseFault(text.split(' ')).ok).toBe(false)
  })
})
