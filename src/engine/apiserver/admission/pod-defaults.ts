import type { Container, Node, Pod, PriorityClass, ServiceAccount } from '../../../api'
import type { Draft } from '../draft'
import { forbidden } from '../errors'
import type { Kind } from '../kinds/kind'
import { isPod, isResource, type AdmissionPlugin, type AdmissionWorld } from './plugin'

const mirrorAnnotation = 'kubernetes.io/config.mirror'
const tokenMountPath = '/var/run/secrets/kubernetes.io/serviceaccount'
const tokenVolumePrefix = 'kube-api-access-'
const tokenSeconds = 3_607
const nameAlphabet = 'bcdfghjklmnpqrstvwxz2456789'

/** A Pod runs as a service account that is there, and finds its token mounted. Upstream: plugin/pkg/admission/serviceaccount. */
export const serviceAccount: AdmissionPlugin = {
  name: 'ServiceAccount',

  admit(attributes, world) {
    if (attributes.operation !== 'CREATE' || !isPod(attributes)) return
    const pod = attributes.object as unknown as Draft<Pod>
    const spec = pod.spec
    if (spec === undefined) return
    if (pod.metadata.annotations?.[mirrorAnnotation] !== undefined) {
      // A mirror shows what a kubelet runs on its own: it has no identity in the cluster.
      if (spec.serviceAccountName !== undefined) throw forbidden(attributes.kind.resource, attributes.name, 'a mirror pod may not reference service accounts')
      for (const volume of spec.volumes ?? []) {
        if (volume.secret !== undefined) throw forbidden(attributes.kind.resource, attributes.name, 'a mirror pod may not reference secrets')
      }
      return
    }
    const name = spec.serviceAccountName ?? 'default'
    spec.serviceAccountName = name
    spec.serviceAccount = name
    const account = world.storage.get(world.kinds.ofPath('', 'v1', 'serviceaccounts') as Kind, attributes.namespace, name) as unknown as ServiceAccount | undefined
    if (account === undefined) {
      throw forbidden(attributes.kind.resource, attributes.name, `error looking up service account ${attributes.namespace}/${name}: serviceaccount ${JSON.stringify(name)} not found`)
    }
    if (spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true) mountToken(spec, world)
    if ((spec.imagePullSecrets?.length ?? 0) === 0 && (account.imagePullSecrets?.length ?? 0) > 0) {
      spec.imagePullSecrets = (account.imagePullSecrets ?? []).map((secret) => ({ ...secret }))
    }
  },
}

function mountToken(spec: Draft<NonNullable<Pod['spec']>>, world: AdmissionWorld): void {
  const existing = spec.volumes?.find((volume) => volume.name.startsWith(tokenVolumePrefix))
  const name = existing?.name ?? `${tokenVolumePrefix}${world.random.text(5, nameAlphabet)}`
  let needed = false
  const mount = (container: Draft<Container>): void => {
    if (container.volumeMounts?.some((candidate) => candidate.mountPath === tokenMountPath) === true) return
    container.volumeMounts = [...container.volumeMounts ?? [], { name, readOnly: true, mountPath: tokenMountPath }]
    needed = true
  }
  for (const container of spec.initContainers ?? []) mount(container)
  for (const container of spec.containers ?? []) mount(container)
  if (existing !== undefined || !needed) return
  spec.volumes = [...spec.volumes ?? [], {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: tokenSeconds, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
      ],
      defaultMode: 420,
    },
  }]
}

function priorityClasses(world: AdmissionWorld): readonly PriorityClass[] {
  return world.storage.few(world.kinds.ofPath('scheduling.k8s.io', 'v1', 'priorityclasses') as Kind) as unknown as readonly PriorityClass[]
}

/** The class name of a Pod becomes its number; only one class may be everybody's default. Upstream: plugin/pkg/admission/priority. */
export const priority: AdmissionPlugin = {
  name: 'Priority',

  admit(attributes, world) {
    if (!isPod(attributes) || attributes.operation === 'DELETE') return
    const pod = attributes.object as unknown as Draft<Pod>
    const spec = pod.spec
    if (spec === undefined) return
    if (attributes.operation === 'UPDATE') {
      const old = (attributes.old as unknown as Pod | undefined)?.spec
      if (spec.priority === undefined && old?.priority !== undefined) spec.priority = old.priority
      if (spec.preemptionPolicy === undefined && old?.preemptionPolicy !== undefined) spec.preemptionPolicy = old.preemptionPolicy
      return
    }
    let value = 0
    let policy = 'PreemptLowerPriority'
    if (spec.priorityClassName === undefined) {
      let found: PriorityClass | undefined
      for (const candidate of priorityClasses(world)) {
        if (candidate.globalDefault === true && (found === undefined || (candidate.value ?? 0) < (found.value ?? 0))) found = candidate
      }
      if (found !== undefined) {
        spec.priorityClassName = found.metadata.name ?? ''
        value = found.value ?? 0
        policy = found.preemptionPolicy ?? policy
      }
    } else {
      const found = world.storage.get(world.kinds.ofPath('scheduling.k8s.io', 'v1', 'priorityclasses') as Kind, '', spec.priorityClassName) as unknown as PriorityClass | undefined
      if (found === undefined) throw forbidden(attributes.kind.resource, attributes.name, `no PriorityClass with name ${spec.priorityClassName} was found`)
      value = found.value ?? 0
      policy = found.preemptionPolicy ?? policy
    }
    if (spec.priority !== undefined && spec.priority !== value) {
      throw forbidden(attributes.kind.resource, attributes.name, `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`)
    }
    spec.priority = value
    if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy) {
      throw forbidden(attributes.kind.resource, attributes.name, `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`)
    }
    spec.preemptionPolicy = policy
  },

  validate(attributes, world) {
    if (!isResource(attributes, 'scheduling.k8s.io', 'priorityclasses') || attributes.operation === 'DELETE') return
    const given = attributes.object as unknown as PriorityClass
    if (given.globalDefault !== true) return
    const other = priorityClasses(world).find((candidate) => candidate.globalDefault === true && candidate.metadata.name !== given.metadata.name)
    if (other !== undefined) throw forbidden(attributes.kind.resource, attributes.name, `PriorityClass ${other.metadata.name ?? ''} is already marked as default. Only one default can exist`)
  },
}

const tolerationSeconds = 300

/** A Pod stays for a while on a node that is away. Upstream: plugin/pkg/admission/defaulttolerationseconds. */
export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',

  admit(attributes) {
    if (!isPod(attributes) || attributes.operation === 'DELETE') return
    const spec = (attributes.object as unknown as Draft<Pod>).spec
    if (spec === undefined) return
    for (const key of ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']) {
      const tolerated = spec.tolerations?.some((toleration) => (toleration.key === key || (toleration.key ?? '') === '') && (toleration.effect === 'NoExecute' || (toleration.effect ?? '') === ''))
      if (tolerated === true) continue
      spec.tolerations = [...spec.tolerations ?? [], { key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds }]
    }
  },
}

/** A new node is not ready until someone says so. Upstream: plugin/pkg/admission/nodetaint. */
export const taintNodesByCondition: AdmissionPlugin = {
  name: 'TaintNodesByCondition',

  admit(attributes) {
    if (attributes.operation !== 'CREATE' || attributes.subresource !== '' || !isResource(attributes, '', 'nodes')) return
    const node = attributes.object as unknown as Draft<Node>
    const taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }
    const spec = node.spec ??= {}
    if (spec.taints?.some((candidate) => candidate.key === taint.key && candidate.effect === taint.effect) === true) return
    spec.taints = [...spec.taints ?? [], taint]
  },
}
