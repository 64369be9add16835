import { expect, test } from 'vitest'
import type { Status } from '../../../api'
import { TestServer } from '../testing/server'

type Json = Record<string, unknown>

const rbac = '/apis/rbac.authorization.k8s.io/v1'
const storage = '/apis/storage.k8s.io/v1'
const networking = '/apis/networking.k8s.io/v1'
const meta = (name = 'x'): Json => ({ metadata: { name } })
const subdomain = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"

/** [what, path, body, causes], each as the recordings of other kinds would have it. */
const refused: readonly (readonly [string, string, Json, readonly string[]])[] = [
  ['a role without verbs', `${rbac}/namespaces/default/roles`, { ...meta(), rules: [{ apiGroups: [''], resources: ['pods'] }] }, ['rules[0].verbs: Required value: verbs must contain at least one value']],
  ['a role for URLs', `${rbac}/namespaces/default/roles`, { ...meta(), rules: [{ verbs: ['get'], nonResourceURLs: ['/x'], resources: ['pods'] }] }, [
    'rules[0].nonResourceURLs: Invalid value: ["/x"]: namespaced rules cannot apply to non-resource URLs', 'rules[0].nonResourceURLs: Invalid value: ["/x"]: rules cannot apply to both regular resources and non-resource URLs',
  ]],
  ['a rule about nothing', `${rbac}/clusterroles`, { ...meta(), rules: [{ verbs: ['get'] }] }, [
    'rules[0].apiGroups: Required value: resource rules must supply at least one api group', 'rules[0].resources: Required value: resource rules must supply at least one resource',
  ]],
  ['an aggregation of nothing', `${rbac}/clusterroles`, { ...meta(), aggregationRule: {} }, ['aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil']],
  ['a binding to a thing', `${rbac}/namespaces/default/rolebindings`, { ...meta(), roleRef: { apiGroup: 'x', kind: 'Thing', name: '' }, subjects: [{ kind: 'Robot', name: '' }] }, [
    'roleRef.apiGroup: Unsupported value: "x": supported values: "rbac.authorization.k8s.io"', 'roleRef.kind: Unsupported value: "Thing": supported values: "Role", "ClusterRole"', 'roleRef.name: Required value',
    'subjects[0].name: Required value', 'subjects[0].kind: Unsupported value: "Robot": supported values: "ServiceAccount", "User", "Group"',
  ]],
  ['a cluster-wide binding to a role', `${rbac}/clusterrolebindings`, { ...meta(), roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' }, subjects: [{ kind: 'ServiceAccount', name: 'a' }, { kind: 'User', name: 'b', apiGroup: 'x' }] }, [
    'roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"', 'subjects[0].namespace: Required value', 'subjects[1].apiGroup: Unsupported value: "x": supported values: "rbac.authorization.k8s.io"',
  ]],
  ['a CSI node with a driver twice', `${storage}/csinodes`, { ...meta(), spec: { drivers: [{ name: 'a.b', nodeID: '', topologyKeys: ['k', 'k'] }, { name: 'a.b', nodeID: 'n', allocatable: { count: -1 } }] } }, [
    'spec.drivers[0].nodeID: Required value', 'spec.drivers[0]: Duplicate value: "k"', 'spec.drivers[1].allocatable.count: Invalid value: -1: must be greater than or equal to 0', 'spec.drivers[1].name: Duplicate value: "a.b"',
  ]],
  ['a CSI driver of no known manner', `${storage}/csidrivers`, { ...meta(), spec: { fsGroupPolicy: 'Maybe', volumeLifecycleModes: ['Never'], tokenRequests: [{ audience: 'a', expirationSeconds: 5 }, { audience: 'a' }] } }, [
    'spec.fsGroupPolicy: Unsupported value: "Maybe": supported values: "File", "None", "ReadWriteOnceWithFSType"', 'spec.tokenRequests[0].expirationSeconds: Invalid value: 5: may not specify a duration less than 10 minutes',
    'spec.tokenRequests[1].audience: Duplicate value: "a"', 'spec.volumeLifecycleModes: Unsupported value: "Never": supported values: "Persistent", "Ephemeral"',
  ]],
  ['an attachment of nothing', `${storage}/volumeattachments`, { ...meta(), spec: { nodeName: 'n', source: {} } }, [
    'spec.attacher: Required value', 'spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName', 'spec.attacher: Required value', `spec.attacher: Invalid value: "": ${subdomain}`,
  ]],
  ['a storage class with topologies', `${storage}/storageclasses`, { ...meta(), provisioner: 'a.b/c', allowedTopologies: [{ matchLabelExpressions: [{ key: 'zone', values: [] }] }], reclaimPolicy: 'Recycle' }, [
    'reclaimPolicy: Unsupported value: "Recycle": supported values: "Delete", "Retain"', 'allowedTopologies[0].matchLabelExpressions[0].values: Required value',
  ]],
  ['a policy with bad peers', `${networking}/namespaces/default/networkpolicies`, {
    ...meta(), spec: { podSelector: {}, policyTypes: ['Sideways'], ingress: [{ from: [{}, { podSelector: {}, ipBlock: { cidr: '10.0.0.0/8', except: ['10.0.0.0/8', 'x', '192.168.0.0/16'] } }], ports: [{ protocol: 'ICMP' }, { port: 80, endPort: 70 }, { endPort: 5 }] }] },
  }, [
    'spec.ingress[0].ports[0].protocol: Unsupported value: "ICMP": supported values: "TCP", "UDP", "SCTP"', 'spec.ingress[0].ports[1].endPort: Invalid value: 80: must be greater than or equal to `port`',
    'spec.ingress[0].ports[2].endPort: Invalid value: 5: may not be specified when `port` is not specified', 'spec.ingress[0].from[0]: Required value: must specify a peer',
    'spec.ingress[0].from[1].ipBlock.except[0]: Invalid value: "10.0.0.0/8": must be a strict subset of `cidr`', 'spec.ingress[0].from[1].ipBlock.except[1]: Invalid value: "x": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
    'spec.ingress[0].from[1].ipBlock.except[2]: Invalid value: "192.168.0.0/16": must be a strict subset of `cidr`', 'spec.ingress[0].from[1]: Forbidden: may not specify both ipBlock and another peer',
    'spec.policyTypes[0]: Unsupported value: "Sideways": supported values: "Ingress", "Egress"',
  ]],
  ['an ingress without rules', `${networking}/namespaces/default/ingresses`, { ...meta(), spec: {} }, ['spec: Invalid value: null: either `defaultBackend` or `rules` must be specified']],
  ['an ingress with bad rules', `${networking}/namespaces/default/ingresses`, {
    metadata: { name: 'x', annotations: { 'kubernetes.io/ingress.class': 'b' } },
    spec: { ingressClassName: 'a', rules: [{ host: '1.2.3.4', http: { paths: [{ path: 'x', pathType: 'Prefix', backend: { service: { name: 's', port: {} } } }, { path: '/a/..', pathType: 'Exact', backend: {} }, { path: '/', backend: {} }] } }], tls: [{ hosts: ['*.x'], secretName: 'A' }] },
  }, [
    'spec.rules[0].host: Invalid value: "1.2.3.4": must be a DNS name, not an IP address', 'spec.rules[0].http.paths[0].path: Invalid value: "x": must be an absolute path',
    'spec.rules[0].http.paths[0].backend: Required value: port name or number is required', "spec.rules[0].http.paths[1].path: Invalid value: \"/a/..\": cannot end with '/..'",
    'spec.rules[0].http.paths[1].backend: Invalid value: "": resource or service backend is required', 'spec.rules[0].http.paths[2].pathType: Required value: pathType must be specified',
    `spec.tls[0].secretName: Invalid value: "A": ${subdomain}`, 'annotations.kubernetes.io/ingress.class: Invalid value: "b": must match `ingressClassName` when both are specified',
  ]],
  ['a class without a controller', `${networking}/ingressclasses`, { ...meta(), spec: { parameters: { kind: '', name: 'n', scope: 'Namespace' } } }, [
    'spec.controller: Required value', 'spec.parameters.kind: Required value: kind is required', "spec.parameters.namespace: Required value: `parameters.scope` is set to 'Namespace'",
  ]],
  ['a class with a plain controller', `${networking}/ingressclasses`, { ...meta(), spec: { controller: 'nginx' } }, ['spec.controller: Invalid value: "nginx": must be a domain-prefixed path (such as "acme.io/foo")']],
  ['a revision of nothing', '/apis/apps/v1/namespaces/default/controllerrevisions', { ...meta(), revision: -1 }, ['data: Required value: data is mandatory', 'revision: Invalid value: -1: must be greater than or equal to 0']],
  ['a runtime class with a bad handler', '/apis/node.k8s.io/v1/runtimeclasses', { ...meta(), handler: 'A_b' }, [
    "handler: Invalid value: \"A_b\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
  ]],
  ['a deployment of no known strategy', '/apis/apps/v1/namespaces/default/deployments', { ...meta(), spec: { strategy: { type: 'Foo' }, selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } } } }, [
    'spec.strategy: Unsupported value: {"Type":"Foo","RollingUpdate":null}: supported values: "Recreate", "RollingUpdate"',
  ]],
  ['a job with rules for failure', '/apis/batch/v1/namespaces/default/jobs', {
    ...meta(), spec: { managedBy: 'me', successPolicy: { rules: [{ succeededCount: 1 }] }, template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } }, podFailurePolicy: { rules: [{ action: 'FailIndex', onExitCodes: { operator: 'In', containerName: 'd', values: [3, 0, 3] } }, { action: 'Count' }] } },
  }, [
    'spec.managedBy: Invalid value: "me": must be a domain-prefixed path (such as "acme.io/foo")', 'spec.podFailurePolicy.rules[0].action: Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set',
    'spec.podFailurePolicy.rules[0].onExitCodes.containerName: Invalid value: "d": must be one of the container or initContainer names in the pod template',
    'spec.podFailurePolicy.rules[0].onExitCodes.values[1]: Invalid value: 0: must not be 0 for the In operator', 'spec.podFailurePolicy.rules[0].onExitCodes.values[2]: Duplicate value: 3',
    'spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: [3,0,3]: must be ordered', 'spec.podFailurePolicy.rules[1]: Invalid value: specifying one of OnExitCodes and OnPodConditions is required',
    'spec.successPolicy: Invalid value: {"Rules":[{"SucceededIndexes":null,"SucceededCount":1}]}: requires indexed completion mode',
  ]],
  ['an indexed job with a rule for success', '/apis/batch/v1/namespaces/default/jobs', {
    ...meta(), spec: { completionMode: 'Indexed', completions: 4, parallelism: 1, successPolicy: { rules: [{}, { succeededIndexes: '0-2,2', succeededCount: 9 }] }, template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } } },
  }, [
    'spec.successPolicy.rules[0]: Required value: at least one of succeededCount or succeededIndexes must be specified',
    'spec.successPolicy.rules[1].succeededIndexes: Invalid value: "0-2,2": error parsing succeededIndexes: non-increasing order, previous: 2, current: 2',
    'spec.successPolicy.rules[1].succeededCount: Invalid value: 9: must be less than or equal to 4 (the number of specified completions)',
    'spec.successPolicy.rules[1].succeededCount: Invalid value: 9: must be less than or equal to 0 (the number of indexes in the specified succeededIndexes field)',
  ]],
  ['a quota with bad scopes', '/api/v1/namespaces/default/resourcequotas', { ...meta(), spec: { scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In' }, { scopeName: 'Terminating', operator: 'In', values: ['x'] }, { scopeName: 'NotTerminating', operator: 'Exists' }] } } }, [
    "spec.scopeSelector.matchExpressions.values: Required value: must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
    "spec.scopeSelector.matchExpressions.operator: Invalid value: \"In\": must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity",
    'spec.scopeSelector.matchExpressions: Invalid value: null: conflicting scopes',
  ]],
  ['a range of no known type', '/api/v1/namespaces/default/limitranges', { ...meta(), spec: { limits: [{ type: 'Foo' }, { type: 'Pod', max: { storage: '1Gi' } }] } }, [
    'spec.limits[0].type: Invalid value: "Foo": must be a standard limit type or fully qualified', 'spec.limits[1].max[storage]: Invalid value: "storage": must be a standard resource for containers',
  ]],
  ['a docker secret that is no JSON', '/api/v1/namespaces/default/secrets', { ...meta(), type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': 'eA==' } }, [
    "data[.dockerconfigjson]: Invalid value: \"<secret contents redacted>\": invalid character 'x' looking for beginning of value",
  ]],
  ['a node with a taint twice', '/api/v1/nodes', { ...meta(), spec: { taints: [{ key: 'z', effect: 'NoSchedule' }, { key: 'z', effect: 'NoSchedule', value: 'v' }] } }, [
    'metadata.taints[1]: Duplicate value: {"Key":"z","Value":"v","Effect":"NoSchedule","TimeAdded":null}: taints must be unique by key and effect pair',
  ]],
  ['a claim for nothing', '/apis/resource.k8s.io/v1/namespaces/default/resourceclaims', { ...meta(), spec: { devices: { requests: [{ name: 'a' }, { name: 'a', exactly: { deviceClassName: '', allocationMode: 'Some' } }], constraints: [{ requests: ['z'], matchAttribute: 'a.b/c' }] } } }, [
    'spec.devices.requests[0]: Required value: exactly one of `exactly` or `firstAvailable` is required', 'spec.devices.requests[1].exactly.deviceClassName: Required value',
    'spec.devices.requests[1].exactly.allocationMode: Unsupported value: "Some": supported values: "All", "ExactCount"', 'spec.devices.requests[1].name: Duplicate value: "a"',
    "spec.devices.constraints[0].requests[0]: Invalid value: \"z\": must be the name of a request in the claim or the name of a request and a subrequest separated by '/'",
  ]],
]

test.each(refused)('%s is refused', (_what, path, body, causes) => {
  const server = new TestServer()
  const hash = server.stateHash()
  const answer = server.ask('POST', path, body)
  expect(answer.status, JSON.stringify(answer.body)).toBe(422)
  expect(((answer.body as Status).details?.causes ?? []).map((cause) => `${cause.field}: ${cause.message}`)).toEqual(causes)
  expect(server.stateHash()).toBe(hash)
})

/** [what, path, body, patch, causes]: what cannot be changed any more. */
const unchangeable: readonly (readonly [string, string, Json, Json, readonly string[]])[] = [
  ['the role of a binding', `${rbac}/namespaces/default/rolebindings`, { ...meta(), roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' } }, { roleRef: { name: 's' } }, [
    'roleRef: Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"Role","Name":"s"}: cannot change roleRef',
  ]],
  ['the driver of a CSI node', `${storage}/csinodes`, { ...meta(), spec: { drivers: [{ name: 'a.b', nodeID: 'n' }] } }, { spec: { drivers: [{ name: 'a.b', nodeID: 'm' }] } }, ['spec.drivers: Invalid value: {"Name":"a.b","NodeID":"m","TopologyKeys":null,"Allocatable":null}: field is immutable']],
  ['what a CSI driver attaches', `${storage}/csidrivers`, { ...meta(), spec: {} }, { spec: { attachRequired: false } }, ['spec.attachedRequired: Invalid value: false: field is immutable']],
  ['the provisioner of a class', `${storage}/storageclasses`, { ...meta(), provisioner: 'a.b/c' }, { provisioner: 'a.b/d', parameters: { a: 'b' } }, ['parameters: Forbidden: updates to parameters are forbidden.', 'provisioner: Forbidden: updates to provisioner are forbidden.']],
  ['the controller of a class', `${networking}/ingressclasses`, { ...meta(), spec: { controller: 'a.b/c' } }, { spec: { controller: 'a.b/d' } }, ['spec.controller: Invalid value: "a.b/d": field is immutable']],
  ['the handler of a runtime class', '/apis/node.k8s.io/v1/runtimeclasses', { ...meta(), handler: 'a' }, { handler: 'b' }, ['handler: Invalid value: "b": field is immutable']],
  ['the data of a revision', '/apis/apps/v1/namespaces/default/controllerrevisions', { ...meta(), revision: 1, data: { a: 1 } }, { data: { a: 2 } }, ['data: Invalid value: {"a":2}: field is immutable']],
]

test.each(unchangeable)('%s stays', (_what, path, body, patch, causes) => {
  const server = new TestServer()
  const created = server.ask('POST', path, body)
  expect(created.status, JSON.stringify(created.body)).toBe(201)
  const answer = server.ask('PATCH', `${path}/x`, patch, 'application/merge-patch+json')
  expect(((answer.body as Status).details?.causes ?? []).map((cause) => `${cause.field}: ${cause.message}`)).toEqual(causes)
})

/** [what, path, body, cells of its row, ages as "0s"]. */
const rows: readonly (readonly [string, string, Json, readonly unknown[]])[] = [
  ['an ingress of many hosts', `${networking}/namespaces/default/ingresses`, { ...meta(), spec: { rules: ['a', 'b', 'a', 'c', 'd'].map((host) => ({ host })), tls: [{ hosts: ['a'] }] } }, ['x', '<none>', 'a,b,a + 2 more...', '', '80, 443', '0s']],
  ['a class with parameters', `${networking}/ingressclasses`, { ...meta(), spec: { controller: 'a.b/c', parameters: { apiGroup: 'g.io', kind: 'K', name: 'n' } } }, ['x', 'a.b/c', 'K.g.io/n', '0s']],
  ['a binding', `${rbac}/namespaces/default/rolebindings`, { ...meta(), roleRef: { kind: 'ClusterRole', name: 'view' }, subjects: [{ kind: 'User', name: 'u' }, { kind: 'Group', name: 'g' }, { kind: 'ServiceAccount', name: 's', namespace: 'n' }] }, ['x', 'ClusterRole/view', '0s', 'u', 'g', 'n/s']],
  ['a CSI driver', `${storage}/csidrivers`, { ...meta(), spec: { tokenRequests: [{ audience: 'a' }, { audience: 'b' }] } }, ['x', true, false, false, 'a,b', false, 'Persistent', '0s']],
  ['a storage capacity', `${storage}/namespaces/default/csistoragecapacities`, { ...meta(), storageClassName: 'c', capacity: '1Gi' }, ['x', 'c', '1Gi']],
  ['a claim', '/apis/resource.k8s.io/v1/namespaces/default/resourceclaims', { ...meta(), spec: { devices: { requests: [{ name: 'a', exactly: { deviceClassName: 'a.b' } }] } } }, ['x', 'pending', '0s']],
]

test.each(rows)('%s is shown in a row', (_what, path, body, cells) => {
  const server = new TestServer()
  const created = server.ask('POST', path, body)
  expect(created.status, JSON.stringify(created.body)).toBe(201)
  const table = server.apiserver.request({ method: 'GET', path, userAgent: 'tester', headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' } }).body as { readonly columnDefinitions: readonly unknown[]; readonly rows: readonly { readonly cells: readonly unknown[] }[] }
  expect(table.rows.map((row) => row.cells)).toEqual([cells])
  expect(table.columnDefinitions).toHaveLength(cells.length)
})

test.each([
  ['roles', `${rbac}/namespaces/default/roles`, { ...meta(), rules: [] }], ['runtime classes', '/apis/node.k8s.io/v1/runtimeclasses', { ...meta(), handler: 'h' }], ['limit ranges', '/api/v1/namespaces/default/limitranges', { ...meta(), spec: { limits: [] } }],
])('a PUT makes %s', (_what, path, body) => { expect(new TestServer().ask('PUT', `${path}/x`, body).status).toBe(201) })

test.each([
  ['CSI drivers', `${storage}/csidrivers`, { ...meta(), spec: {} }], ['CSI nodes', `${storage}/csinodes`, { ...meta(), spec: { drivers: [] } }], ['runtime classes', '/apis/node.k8s.io/v1/runtimeclasses', { ...meta(), handler: 'h' }],
])('a PUT of %s names the version it changes', (_what, path, body) => {
  const server = new TestServer()
  expect(server.ask('POST', path, body).status).toBe(201)
  expect((server.ask('PUT', `${path}/x`, { ...body, metadata: { name: 'x', labels: { a: 'b' } } }).body as Status).message).toContain('metadata.resourceVersion: Invalid value: 0: must be specified for an update')
})
