import { describe, expect, test } from 'vitest'
import { Cluster } from '../engine'
import { epochUnixMs, resources } from '../api'
import { runCommandLine, type Environment } from './index'

function shell(): { readonly run: (line: string) => Promise<{ readonly status: number; readonly out: readonly string[]; readonly err: readonly string[] }>; readonly cluster: Cluster } {
  const cluster = new Cluster({ seed: 7 })
  const post = (path: string, body: object): void => {
    const answer = cluster.request({ method: 'POST', path, body, userAgent: 'test' })
    if (answer.status >= 300) throw new Error(JSON.stringify(answer.body))
  }
  for (const name of ['node-a', 'node-b']) post('/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name }, status: { capacity: { cpu: '4', memory: '8Gi', pods: '110' } } })
  for (const [name, app] of [['web-1', 'web'], ['web-2', 'web'], ['shell', 'shell']] as const) {
    post('/api/v1/namespaces/default/pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: { app } }, spec: { containers: [{ name: 'main', image: 'nginx', ports: [{ containerPort: 8080 }] }] } })
  }
  for (const [name, spec] of [['web', { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] }], ['idle', { selector: { app: 'nobody' }, ports: [{ port: 80 }] }]] as const) {
    post('/api/v1/namespaces/default/services', { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec })
  }
  cluster.simulation.run({ until: 60_000 })
  let [out, err]: [string[], string[]] = [[], []]
  const environment: Environment = {
    request: (request) => Promise.resolve(cluster.request(request)), change: () => Promise.resolve(), now: () => epochUnixMs + cluster.simulation.now, readFile: () => undefined,
    out: (line) => { out.push(line) }, error: (line) => { err.push(line) }, readObjects: () => ({ objects: [], problems: [] }), writeYaml: () => '',
    traffic: { send: (request) => Promise.resolve(cluster.send(request)), resolve: (name, from) => Promise.resolve(cluster.proxies.resolve(name, from)) },
  }
  return {
    cluster,
    run: async (line) => {
      ;[out, err] = [[], []]
      return { status: await runCommandLine(line, environment, 'default'), out, err }
    },
  }
}

describe('kubectl exec', () => {
  test('curl goes through the rules to a Pod of the Service, which says who it is', async () => {
    const { run, cluster } = shell()
    const answers = new Set<string>()
    for (let index = 0; index < 12; index++) {
      const { status, out, err } = await run('kubectl exec -it shell -- curl -s http://web/')
      expect({ status, err }).toEqual({ status: 0, err: [] })
      answers.add(out[0]?.split(' ')[0] ?? '')
    }
    expect([...answers].sort()).toEqual(['web-1', 'web-2'])
    expect(cluster.proxies.records(1)[0]).toMatchObject({ client: 'default/shell', outcome: 'answered', service: 'default/web' })
  })

  test.each([
    ['curl nobody', 6, ['curl: (6) Could not resolve host: nobody']],
    ['curl web:81', 28, ['curl: (28) Failed to connect to web port 81: Connection timed out']],
    ['curl -s idle', 7, ['curl: (7) Failed to connect to idle port 80: Connection refused']],
    ['wget -qO- nobody', 1, ['wget: bad address \'nobody\'']],
  ])('%s', async (line, code, errors) => {
    const { run } = shell()
    expect(await run(`kubectl exec shell -- ${line}`)).toEqual({ status: code, out: [], err: [...errors, `command terminated with exit code ${code}`] })
  })

  test('nslookup searches as resolv.conf says', async () => {
    const { run, cluster } = shell()
    const ip = (cluster.listAt(resources.services).find((service) => service.metadata.name === 'web') as { readonly spec?: { readonly clusterIP?: string } }).spec?.clusterIP
    expect((await run('kubectl exec shell -- nslookup web')).out).toEqual(['Server:\t\t10.96.0.10', 'Address:\t10.96.0.10:53', '', 'Name:\tweb.default.svc.cluster.local', `Address: ${ip ?? ''}`, ''])
    expect(await run('kubectl exec shell -- nslookup nobody')).toMatchObject({ status: 1, out: expect.arrayContaining(["** server can't find nobody: NXDOMAIN"]) as unknown })
    expect((await run('kubectl exec shell -- cat /etc/resolv.conf')).out).toEqual(['search default.svc.cluster.local svc.cluster.local cluster.local', 'nameserver 10.96.0.10', 'options ndots:5'])
  })

  test('what is not there says so as the runtime does, and no Pod is no Pod', async () => {
    const { run } = shell()
    expect((await run('kubectl exec shell -- top')).err.join()).toContain('exec: "top": executable file not found in $PATH')
    expect((await run('kubectl exec nobody -- curl web')).err.join()).toContain('pods "nobody" not found')
    expect((await run('kubectl exec shell')).err).toEqual(['error: you must specify at least one command for the container'])
  })
})
