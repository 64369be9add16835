import { kubernetesVersion } from '../../api'
import type { Server } from './call'

/** Labels as the real server names them: requests by their method. */
function metricLabels(labels: string): string {
  return labels.replace(/^code="(\d+)"/, 'code="$1",component="apiserver",dry_run=""').replace('verb="CREATE"', 'verb="POST"').replace('verb="UPDATE"', 'verb="PUT"')
}

/** /metrics in the text format of Prometheus: what the server counts and what it holds. */
export function metricsText(server: Server): string {
  const lines: string[] = []
  const metric = (name: string, type: string, help: string, samples: readonly (readonly [string, number])[]): void => {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`)
    for (const [labels, value] of samples) lines.push(`${name}${labels === '' ? '' : `{${labels}}`} ${value}`)
  }
  metric('apiserver_request_total', 'counter', '[STABLE] Counter of apiserver requests broken out for each verb, resource, subresource and HTTP response code.',
    [...server.counts.requests].map(([labels, count]): readonly [string, number] => [metricLabels(labels), count]).sort(([a], [b]) => (a < b ? -1 : 1)))
  const objects: (readonly [string, number])[] = []
  for (const kind of server.kinds.all()) {
    if (kind.virtual === true || kind.view !== undefined || kind.readOnly !== undefined) continue
    const { group, plural } = kind.resource
    objects.push([`resource="${plural}${group === '' ? '' : `.${group}`}"`, server.storage.count(kind)])
  }
  metric('apiserver_storage_objects', 'gauge', '[STABLE] Number of stored objects at the time of last check split by kind.', objects.sort(([a], [b]) => (a < b ? -1 : 1)))
  metric('apiserver_longrunning_requests', 'gauge', '[STABLE] Gauge of all active long-running apiserver requests.', [['verb="WATCH"', server.watches()]])
  metric('apiserver_resource_objects', 'gauge', '[ALPHA] Number of stored objects at the time of last check split by kind.', objects)
  const [, major = '', minor = ''] = /^v?(\d+)\.(\d+)/.exec(kubernetesVersion) ?? []
  metric('kubernetes_build_info', 'gauge', "[ALPHA] A metric with a constant '1' value labeled by major, minor, git version, git commit, git tree state, build date, Go version, and compiler from which Kubernetes was built, and platform on which it is running.",
    [[`compiler="gc",git_version="${kubernetesVersion}",major="${major}",minor="${minor}",platform="linux/amd64"`, 1]])
  metric('etcd_debugging_mvcc_current_revision', 'gauge', 'Current revision of the store.', [['', server.storage.revision]])
  return `${lines.join('\n')}\n`
}
