// Writes src/api/types.ts from the published OpenAPI structure of Kubernetes v1.37.
//   node scripts/generate-api-types.mjs PATH/TO/kubernetes-v1.37.json
// Everything reachable from the kinds below becomes one readonly interface each.
import { readFileSync, writeFileSync } from 'node:fs'

const roots = [
  'core.v1.Namespace', 'core.v1.Node', 'core.v1.Pod', 'core.v1.PodTemplate', 'core.v1.Binding', 'core.v1.Service', 'core.v1.Endpoints', 'core.v1.Event',
  'core.v1.ReplicationController', 'core.v1.ConfigMap', 'core.v1.Secret', 'core.v1.ServiceAccount', 'core.v1.ResourceQuota',
  'core.v1.LimitRange', 'core.v1.PersistentVolume', 'core.v1.PersistentVolumeClaim', 'discovery.v1.EndpointSlice',
  'apps.v1.ReplicaSet', 'apps.v1.Deployment', 'apps.v1.StatefulSet', 'apps.v1.DaemonSet', 'apps.v1.ControllerRevision',
  'batch.v1.Job', 'batch.v1.CronJob', 'scheduling.v1.PriorityClass', 'policy.v1.PodDisruptionBudget', 'policy.v1.Eviction',
  'storage.v1.StorageClass', 'storage.v1.CSINode', 'storage.v1.CSIDriver', 'storage.v1.CSIStorageCapacity', 'storage.v1.VolumeAttachment',
  'coordination.v1.Lease', 'autoscaling.v1.Scale', 'autoscaling.v2.HorizontalPodAutoscaler', 'networking.v1.NetworkPolicy',
  'networking.v1.Ingress', 'networking.v1.IngressClass', 'node.v1.RuntimeClass', 'rbac.v1.Role', 'rbac.v1.RoleBinding', 'rbac.v1.ClusterRole',
  'rbac.v1.ClusterRoleBinding', 'authentication.v1.TokenRequest', 'authorization.v1.SelfSubjectAccessReview',
  'authorization.v1.SubjectAccessReview', 'authorization.v1.SelfSubjectRulesReview', 'resource.v1.ResourceClaim', 'resource.v1.ResourceClaimTemplate',
  'resource.v1.ResourceSlice', 'resource.v1.DeviceClass',
].map((name) => `io.k8s.api.${name}`)
roots.push('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition',
  'io.k8s.apimachinery.pkg.apis.meta.v1.Status', 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions')

const { schemas, kubernetes } = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const aliases = {
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': 'IntOrString',
  'io.k8s.apimachinery.pkg.api.resource.Quantity': 'Quantity',
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': 'Time',
  'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': 'MicroTime',
  'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1': 'FieldsV1',
  'io.k8s.apimachinery.pkg.runtime.RawExtension': 'unknown',
}
const refOf = (schema) => schema.$ref ?? schema.allOf?.[0]?.$ref
const longName = (ref) => ref.replace('#/components/schemas/', '')
const reached = new Set()
const visit = (name) => {
  if (reached.has(name) || aliases[name] || !schemas[name]) return
  reached.add(name)
  const walk = (schema) => {
    const ref = refOf(schema)
    if (ref) visit(longName(ref))
    if (schema.items) walk(schema.items)
    if (typeof schema.additionalProperties === 'object') walk(schema.additionalProperties)
    for (const property of Object.values(schema.properties ?? {})) walk(property)
  }
  walk(schemas[name])
}
roots.forEach((root) => { if (!schemas[root]) console.error('missing', root); visit(root) })

const taken = new Map()
const shortNames = new Map()
for (const name of [...reached].sort((a, b) => Number(b.includes('.core.v1.')) - Number(a.includes('.core.v1.')) || (a < b ? -1 : 1))) {
  const parts = name.split('.')
  let short = parts.at(-1)
  if (taken.has(short)) short = parts.at(-3)[0].toUpperCase() + parts.at(-3).slice(1) + parts.at(-1)
  taken.set(short, name)
  shortNames.set(name, short)
}
const typeOf = (schema) => {
  const ref = refOf(schema)
  if (ref) { const name = longName(ref); return aliases[name] ?? shortNames.get(name) ?? 'unknown' }
  switch (schema.type) {
    case 'array': { const item = typeOf(schema.items); return `readonly ${/[ |]/.test(item) ? `(${item})` : item}[]` }
    case 'object': return schema.additionalProperties ? `{ readonly [key: string]: ${typeOf(schema.additionalProperties)} }` : '{ readonly [key: string]: unknown }'
    case 'integer': case 'number': return 'number'
    case 'boolean': return 'boolean'
    case 'string': return 'string'
    default: return 'unknown'
  }
}
let out = `// Generated from the OpenAPI structure of Kubernetes ${kubernetes} by scripts/generate-api-types.mjs. Do not edit.\n`
out += `\n/** Decimal or binary-suffix amount as written ("500m", "1Gi", 2). Read it with quantity.ts. */\nexport type Quantity = string | number\nexport type IntOrString = string | number\n/** RFC 3339 in seconds. */\nexport type Time = string\n/** RFC 3339 with microseconds. */\nexport type MicroTime = string\nexport type FieldsV1 = { readonly [key: string]: unknown }\n`
for (const name of [...reached].sort((a, b) => (shortNames.get(a) < shortNames.get(b) ? -1 : 1))) {
  const schema = schemas[name]
  const gvk = schema['x-kubernetes-group-version-kind']?.[0]
  out += `\nexport interface ${shortNames.get(name)} {\n`
  const required = new Set(schema.required ?? [])
  for (const [key, property] of Object.entries(schema.properties ?? {}).sort()) {
    // apiVersion, kind and metadata are always there on what the server stores.
    const always = gvk && (key === 'metadata' || key === 'apiVersion' || key === 'kind')
    const safe = /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key)
    out += `  readonly ${safe}${always || required.has(key) ? '' : '?'}: ${typeOf(property)}\n`
  }
  out += '}\n'
}
writeFileSync(new URL('../src/api/types.ts', import.meta.url), out)
console.log(`${reached.size} interfaces`)
