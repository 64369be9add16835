import { describe, expect, test } from 'vitest'
import { epochUnixMs } from '../../api'
import { Cluster } from '../../engine'
import { runCommandLine } from '../kubectl'

/** A cluster with one node and what a line says to it. */
function shell(): { readonly run: (line: string) => Promise<readonly string[]>; readonly cluster: Cluster } {
  const cluster = new Cluster({ seed: 3 })
  cluster.request({ method: 'POST', path: '/api/v1/nodes', userAgent: 'test', body: { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-a' }, status: { capacity: { cpu: '4', memory: '8Gi', pods: '110' } } } })
  cluster.simulation.run({ until: 3_000 })
  const run = async (line: string): Promise<readonly string[]> => {
    const said: string[] = []
    await runCommandLine(line, {
      request: (request) => Promise.resolve(cluster.request(request)),
      change: () => {
        cluster.simulation.run({ until: cluster.simulation.now + 1_000 })
        return Promise.resolve()
      },
      now: () => epochUnixMs + cluster.simulation.now, readFile: () => undefined, out: (text) => { said.push(text) }, error: (text) => { said.push(text) },
      readObjects: () => ({ objects: [], problems: [] }), writeYaml: () => '',
    }, 'default')
    return said
  }
  return { run, cluster }
}

describe.each([['statefulset', 'StatefulSet', { replicas: 2, serviceName: 'db' }], ['daemonset', 'DaemonSet', {}]])('rollout undo of a %s', (word, kind, more) => {
  test('puts the template of a kept revision back, counts on, and does nothing when it is there already', async () => {
    const { run, cluster } = shell()
    const answer = cluster.request({
      method: 'POST', path: `/apis/apps/v1/namespaces/default/${word}s`, userAgent: 'test',
      body: { apiVersion: 'apps/v1', kind, metadata: { name: 'db' }, spec: { ...more, selector: { matchLabels: { app: 'db' } }, template: { metadata: { labels: { app: 'db' } }, spec: { containers: [{ name: 'db', image: 'db:1' }] } } } },
    })
    expect(answer.status).toBe(201)
    expect(await run(`kubectl rollout status ${word}/db`)).not.toEqual([])
    expect(await run(`kubectl rollout undo ${word}/db`)).toEqual(['error: no last revision to rollback to'])
    await run(`kubectl set image ${word}/db db=db:2`)
    await run(`kubectl rollout status ${word}/db`)
    expect((await run(`kubectl rollout history ${word}/db`)).slice(0, 4)).toEqual([`${word}.apps/db `, 'REVISION   CHANGE-CAUSE', '1          <none>', '2          <none>'].map((line, index) => (index === 0 ? line : expect.stringMatching(new RegExp(`^${line.replaceAll(/ +/g, ' +')}$`)))))
    expect(await run(`kubectl rollout undo ${word}/db`)).toEqual([`${word}.apps/db rolled back`])
    await run(`kubectl rollout status ${word}/db`)
    expect(await run(`kubectl get ${word} db -o jsonpath={.spec.template.spec.containers[0].image}`)).toEqual(['db:1'])
    expect(await run(`kubectl rollout undo ${word}/db --to-revision=3`)).toEqual([`${word}.apps/db skipped rollback (current template already matches revision 3)`])
    expect(await run(`kubectl rollout undo ${word}/db --to-revision=9`)).toEqual(['error: unable to find specified revision 9 in history'])
  })
})
