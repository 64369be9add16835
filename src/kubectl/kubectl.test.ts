import { beforeEach, describe, expect, test } from 'vitest'
import { Cluster, prefixEnd } from '../engine'
import { readManifests, writeYaml } from '../manifest'
import { epochUnixMs } from '../api'
import { completeLine, Interrupted, runCommandLine, runEtcdctl, type Environment } from './index'
import { diffLines } from './verbs/write'
import { parseJsonPath, renderJsonPath } from './jsonpath'
import { humanDuration } from './table'

/** A cluster of three nodes and a shell whose "change" is a second of virtual time. */
function shell(): { run: (line: string) => Promise<{ status: number; out: string; err: string }>; cluster: Cluster; files: Map<string, string>; environment: Environment } {
  const cluster = new Cluster({ seed: 7 })
  for (const name of ['node-a', 'node-b', 'node-c']) {
    cluster.request({ method: 'POST', path: '/api/v1/nodes', userAgent: 'test', body: { apiVersion: 'v1', kind: 'Node', metadata: { name }, status: { capacity: { cpu: '4', memory: '8Gi', pods: '110' } } } })
  }
  cluster.simulation.run({ until: 3_000 })
  const files = new Map<string, string>()
  let [out, err]: [string[], string[]] = [[], []]
  const environment: Environment = {
    request: (request) => Promise.resolve(cluster.request(request)),
    change: () => {
      cluster.simulation.run({ until: cluster.simulation.now + 1_000 })
      return Promise.resolve()
    },
    now: () => epochUnixMs + cluster.simulation.now,
    readFile: (name) => files.get(name),
    out: (line) => { out.push(line) },
    error: (line) => { err.push(line) },
    readObjects: (text, file) => {
      const { documents, problems } = readManifests(text, { file })
      return { objects: documents.map((document) => document.object), problems }
    },
    writeYaml: (object) => writeYaml(object as never),
    etcd: ({ prefix, since, ...query }) => {
      const range = { ...query, ...(prefix === true ? { rangeEnd: prefixEnd(query.key) } : {}) }
      const { etcd } = cluster
      if (since !== undefined) return Promise.resolve({ revision: etcd.revision, count: 0, kvs: [], events: since > etcd.revision ? [] : etcd.eventsFrom(since, range) })
      return Promise.resolve().then(() => etcd.range(range)).catch((error: unknown) => ({ revision: etcd.revision, count: 0, kvs: [], error: String((error as Error).message) }))
    },
  }
  const run = async (line: string): Promise<{ status: number; out: string; err: string }> => {
    ;[out, err] = [[], []]
    const status = line.startsWith('etcdctl') ? await runEtcdctl(line, environment) : await runCommandLine(line, environment, 'default')
    return { status, out: out.join('\n'), err: err.join('\n') }
  }
  return { run, cluster, files, environment }
}

const web = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [ { name: web, image: "registry.example/web:1", resources: { requests: { cpu: 100m } } } ] }
`

describe('kubectl', () => {
  let it: ReturnType<typeof shell>
  beforeEach(() => { it = shell() })

  test('apply, get, scale, rollout, set image, undo, delete: a day of work', async () => {
    it.files.set('web.yaml', web)
    expect(await it.run('kubectl apply -f web.yaml')).toEqual({ status: 0, out: 'deployment.apps/web created', err: '' })
    expect((await it.run('kubectl apply -f web.yaml')).out).toBe('deployment.apps/web unchanged')
    expect((await it.run('kubectl rollout status deployment/web')).out).toMatch(/deployment "web" successfully rolled out$/)
    const pods = await it.run('kubectl get pods')
    expect(pods.out.split('\n')[0]).toMatch(/^NAME +READY +STATUS +RESTARTS +AGE$/)
    expect(pods.out.split('\n')).toHaveLength(3)
    expect(pods.out).toMatch(/web-\S+ +1\/1 +Running +0 +\d+s/)
    expect((await it.run('kubectl scale deploy web --replicas=3')).out).toBe('deployment.apps/web scaled')
    it.files.set('web.yaml', web.replace('web:1', 'web:2'))
    expect((await it.run('kubectl diff -f web.yaml')).out).toMatch(/^-.*web:1$[^]*^\+.*web:2$/m)
    expect((await it.run('kubectl apply -f web.yaml')).out).toBe('deployment.apps/web configured')
    await it.run('kubectl rollout status deploy/web')
    expect((await it.run('kubectl rollout history deploy/web')).out).toMatch(/REVISION +CHANGE-CAUSE\n1 +<none>\n2 +<none>/)
    expect((await it.run('kubectl rollout undo deploy web')).out).toBe('deployment.apps/web rolled back')
    await it.run('kubectl rollout status deploy web')
    expect((await it.run(`kubectl get deploy web -o jsonpath='{.spec.template.spec.containers[0].image}'`)).out).toBe('registry.example/web:1')
    expect((await it.run('kubectl set image deployment/web web=registry.example/web:9')).out).toBe('deployment.apps/web image updated')
    expect((await it.run('kubectl delete deploy web')).out).toBe('deployment.apps "web" deleted from default namespace')
    expect((await it.run('kubectl get deploy')).err).toBe('No resources found in default namespace.')
  })

  test('cordon, drain and uncordon move the Pods away', async () => {
    await it.run('kubectl create deployment web --image=registry.example/web:1 --replicas=3')
    await it.run('kubectl rollout status deploy/web')
    expect((await it.run('kubectl cordon node-a')).out).toBe('node/node-a cordoned')
    expect((await it.run('kubectl get node node-a')).out).toMatch(/Ready,SchedulingDisabled/)
    expect((await it.run('kubectl drain node-b --ignore-daemonsets')).out).toMatch(/^node\/node-b cordoned\n(evicting pod default\/web-\S+\n)+node\/node-b drained$/)
    expect((await it.run('kubectl get pods --field-selector spec.nodeName=node-b')).err).toMatch(/No resources found/)
    expect((await it.run('kubectl uncordon node-a node-b')).out).toBe('node/node-a uncordoned\nnode/node-b uncordoned')
  })

  test('labels, annotations and taints, and what they refuse', async () => {
    expect((await it.run('kubectl label node node-a disk=ssd')).out).toBe('node/node-a labeled')
    expect(await it.run('kubectl label node node-a disk=hdd')).toMatchObject({ status: 1, err: "error: 'disk' already has a value (ssd), and --overwrite is false" })
    expect((await it.run('kubectl label node node-a disk-')).out).toBe('node/node-a unlabeled')
    expect((await it.run('kubectl taint nodes node-c dedicated=batch:NoSchedule')).out).toBe('node/node-c tainted')
    expect((await it.run('kubectl taint nodes node-c dedicated-')).out).toBe('node/node-c untainted')
    expect((await it.run('kubectl taint nodes node-c dedicated=batch:Never')).err).toMatch(/invalid taint effect/)
    expect((await it.run('kubectl annotate node node-a note="two words"')).out).toBe('node/node-a annotated')
  })

  test('run, wait, describe, logs, events, expose', async () => {
    expect((await it.run('kubectl run one --image=registry.example/one:1 --port=80')).out).toBe('pod/one created')
    expect((await it.run('kubectl wait --for=condition=Ready pod/one --timeout=60s')).out).toBe('pod/one condition met')
    const told = (await it.run('kubectl describe pod one')).out
    expect(told).toMatch(/^Name: +one$/m)
    expect(told).toMatch(/^Node: +node-[abc]\//m)
    expect(told).toMatch(/Scheduled .*Successfully assigned default\/one to node-/)
    expect((await it.run('kubectl describe node node-a')).out).toMatch(/Allocated resources:/)
    expect((await it.run('kubectl events --for pod/one')).out).toMatch(/Normal +Scheduled +Pod\/one/)
    expect((await it.run('kubectl expose pod one --port=80 --name=one')).out).toBe('service/one exposed')
    expect((await it.run('kubectl get svc one')).out).toMatch(/one +ClusterIP +10\.96\.\d+\.\d+ +<none> +80\/TCP/)
    expect((await it.run('kubectl logs one')).status).toBe(0)
    expect((await it.run('kubectl top nodes')).out).toMatch(/^NAME +CPU\(cores\) +CPU\(%\) +MEMORY\(bytes\) +MEMORY\(%\)\nnode-a +\d+m +\d+% +\d+Mi +\d+%/)
    expect((await it.run('kubectl top pods')).out).toMatch(/one +\d+m +\d+Mi/)
  })

  test('what the server refuses is told in its words and ends with status 1', async () => {
    it.files.set('bad.yaml', web.replace('replicas: 2', 'replicas: -2'))
    const refused = await it.run('kubectl apply -f bad.yaml')
    expect(refused.status).toBe(1)
    expect(refused.err).toMatch(/The Deployment "web" is invalid: spec\.replicas: Invalid value: -2: must be greater than or equal to 0/)
    expect(await it.run('kubectl get pod nobody')).toMatchObject({ status: 1, err: 'Error from server (NotFound): pods "nobody" not found' })
    expect((await it.run('kubectl get nosuchkind')).err).toBe('error: the server doesn\'t have a resource type "nosuchkind"')
    expect((await it.run('kubectl fly')).err).toBe('error: unknown command "fly" for "kubectl"')
    expect((await it.run('kubectl get pods --colour')).err).toMatch(/unknown flag: --colour/)
    expect((await it.run('kubectl get "pods')).err).toMatch(/looking for matching "/)
    expect((await it.run('kubectl apply -f nowhere.yaml')).err).toBe('error: the path "nowhere.yaml" does not exist')
  })

  test('discovery and access', async () => {
    expect((await it.run('kubectl api-resources --api-group=apps')).out).toMatch(/deployments +deploy +apps\/v1 +true +Deployment/)
    expect((await it.run('kubectl auth can-i create pods')).out).toBe('yes')
    expect((await it.run('kubectl explain pod.spec.nodeName')).out).toMatch(/FIELD: nodeName <string>/)
    const said: string[] = []
    const telling: Environment = { ...it.environment, out: (line) => { said.push(line) }, descriptions: () => Promise.resolve((type, field) => `<${type}|${field}>`) }
    expect(await runCommandLine('kubectl explain pod.spec.containers.image', telling, 'default')).toBe(0)
    expect(said.join('\n')).toContain('DESCRIPTION:\n    <core.v1.Container|image>')
    said.length = 0
    await runCommandLine('kubectl explain pod.metadata', telling, 'default')
    expect(said.join('\n')).toContain('DESCRIPTION:\n    <core.v1.Pod|metadata>')
    expect(said.join('\n')).toContain('  generateName\t<string>\n    <meta.v1.ObjectMeta|generateName>\n')
    expect((await it.run('kubectl version')).out).toMatch(/Server Version: v1\.37/)
  })

  test('completion knows verbs, kinds and names', async () => {
    expect((await completeLine('kubectl ge', it.environment, 'default')).words).toEqual(['get'])
    expect((await completeLine('kubectl get nod', it.environment, 'default')).words).toEqual(['nodes', 'nodes.metrics.k8s.io'])
    expect((await completeLine('kubectl cordon node-', it.environment, 'default')).words).toEqual(['node-a', 'node-b', 'node-c'])
    expect((await completeLine('kubectl describe node/node-a', it.environment, 'default')).words).toEqual(['node/node-a'])
  })
})

describe('jsonpath', () => {
  const object = { items: [{ metadata: { name: 'a', labels: { 'app.kubernetes.io/name': 'x' } }, n: 1 }, { metadata: { name: 'b' }, n: 2 }] }
  test.each([
    ['{.items[*].metadata.name}', 'a b'],
    ['{range .items[*]}{.metadata.name}{"\\t"}{.n}{"\\n"}{end}', 'a\t1\nb\t2\n'],
    ['{.items[?(@.n>1)].metadata.name}', 'b'],
    ['{.items[-1].n}', '2'],
    ['{.items[0].metadata.labels.app\\.kubernetes\\.io/name}', 'x'],
    ['{..name}', 'a b'],
    ['{.items[0:1].n}', '1'],
    ['.items[0].metadata', '{"name":"a","labels":{"app.kubernetes.io/name":"x"}}'],
    ['{.missing}', ''],
  ])('%s', (path, want) => { expect(renderJsonPath(parseJsonPath(path), object)).toBe(want) })

  test('what does not parse is an error, not a throw of ours', () => {
    expect(() => parseJsonPath('{.a[')).toThrow(/unclosed action|unterminated/)
    expect(() => renderJsonPath(parseJsonPath('{.items[9]}'), object)).toThrow(/out of bounds/)
  })
})

test.each([[5_000, '5s'], [134_000, '2m14s'], [120_000, '2m'], [3 * 3_600_000 + 720_000, '3h12m'], [50 * 3_600_000, '2d2h'], [-5_000, '<invalid>']])('an age of %i ms is %s', (ms, want) => {
  expect(humanDuration(ms)).toBe(want)
})

test('a diff keeps three lines of context and drops the rest', () => {
  expect(diffLines(['1', '2', '3', '4', '5', '6'], ['1', '2', '3', '4', '5', 'six'])).toEqual([' 3', ' 4', ' 5', '-6', '+six'])
})

describe('etcdctl', () => {
  let it: ReturnType<typeof shell>
  beforeEach(() => { it = shell() })

  test('every object lies under its key; a revision reads the past', async () => {
    await it.run('kubectl create configmap notes --from-literal=a=1')
    const { revision } = it.cluster.etcd
    await it.run(`kubectl patch configmap notes -p '{"data":{"a":"2"}}'`)
    expect((await it.run('etcdctl get /registry/nodes --prefix --keys-only')).out).toBe('/registry/nodes/node-a\n\n/registry/nodes/node-b\n\n/registry/nodes/node-c\n')
    const value = async (flags: string): Promise<unknown> => (JSON.parse((await it.run(`etcdctl get /registry/configmaps/default/notes --print-value-only ${flags}`)).out) as { data: unknown }).data
    expect(await value('')).toEqual({ a: '2' })
    expect(await value(`--rev ${revision}`)).toEqual({ a: '1' })
    expect((await it.run('etcdctl get /registry/configmaps/default/notes -w fields')).out).toContain('"Version" : 2')
    expect((await it.run('etcdctl get /registry/nodes --prefix --count-only')).out).toBe('3')
    expect((await it.run('etcdctl get /nothing')).out).toBe('')
  })

  test('it says what is wrong in etcd\'s words, and changes nothing', async () => {
    const before = it.cluster.hash()
    expect(await it.run('etcdctl get /registry --rev 999999')).toEqual({ status: 1, out: '', err: 'Error: etcdserver: mvcc: required revision is a future revision' })
    expect((await it.run('etcdctl get')).status).toBe(128)
    expect((await it.run('etcdctl del /registry')).err).toBe('Error: unknown command "del" for "etcdctl"')
    expect((await it.run('etcdctl endpoint status')).out).toContain(String(it.cluster.etcd.revision))
    expect(it.cluster.hash()).toBe(before)
  })

  test('a watch tells what comes, until one gives up; keys are completed up to their next slash', async () => {
    let turns = 0
    const gone = { ...it.environment, change: () => {
      if (turns++ === 0) it.cluster.request({ method: 'POST', path: '/api/v1/namespaces/default/configmaps', userAgent: 'test', body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'late' } } })
      else if (turns === 2) it.cluster.request({ method: 'DELETE', path: '/api/v1/namespaces/default/configmaps/late', userAgent: 'test' })
      else throw new Interrupted('Ctrl+C')
      return Promise.resolve()
    } }
    const said: string[] = []
    expect(await runEtcdctl('etcdctl watch /registry/configmaps/default/ --prefix', { ...gone, out: (line) => { said.push(line) } })).toBe(130)
    expect(said.map((line) => line.split('\n').slice(0, 2).join(' '))).toEqual(['PUT /registry/configmaps/default/late', 'DELETE /registry/configmaps/default/late'])
    expect((await completeLine('etcdctl get /registry/nod', it.environment, 'default')).words).toEqual(['/registry/nodes/'])
  })
})
