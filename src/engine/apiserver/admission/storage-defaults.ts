import type { Ingress, IngressClass, PersistentVolumeClaim, Pod, RuntimeClass, StorageClass } from '../../../api'
import type { Draft } from '../draft'
import { forbidden } from '../errors'
import type { Kind } from '../kinds/kind'
import { compareAmounts } from '../quantities'
import { isPod, isResource, type AdmissionPlugin } from './plugin'

const defaultStorageClassAnnotation = 'storageclass.kubernetes.io/is-default-class'
const betaStorageClassAnnotation = 'volume.beta.kubernetes.io/storage-class'

/** A claim that names no class gets the default one: of several the newest. Upstream: plugin/pkg/admission/storage/storageclass/setdefault. */
export const defaultStorageClass: AdmissionPlugin = {
  name: 'DefaultStorageClass',

  admit(attributes, world) {
    if (attributes.operation !== 'CREATE' || attributes.subresource !== '' || !isResource(attributes, '', 'persistentvolumeclaims')) return
    const claim = attributes.object as unknown as Draft<PersistentVolumeClaim>
    if (claim.spec === undefined || claim.spec.storageClassName !== undefined || claim.metadata.annotations?.[betaStorageClassAnnotation] !== undefined) return
    const classes = world.storage.list(world.kinds.ofPath('storage.k8s.io', 'v1', 'storageclasses') as Kind).items as unknown as readonly StorageClass[]
    const defaults = classes.filter((candidate) => candidate.metadata.annotations?.[defaultStorageClassAnnotation] === 'true' || candidate.metadata.annotations?.['storageclass.beta.kubernetes.io/is-default-class'] === 'true')
    const newest = [...defaults].sort((a, b) => {
      const [left, right] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '']
      if (left !== right) return left > right ? -1 : 1
      return (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1
    })[0]
    if (newest !== undefined) claim.spec.storageClassName = newest.metadata.name ?? ''
  },
}

/** What Pods may be using does not vanish under them. Upstream: plugin/pkg/admission/storage/storageobjectinuseprotection. */
export const storageObjectInUseProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',

  admit(attributes) {
    if (attributes.operation !== 'CREATE' || attributes.subresource !== '') return
    const finalizer = isResource(attributes, '', 'persistentvolumeclaims') ? 'kubernetes.io/pvc-protection'
      : isResource(attributes, '', 'persistentvolumes') ? 'kubernetes.io/pv-protection' : undefined
    if (finalizer === undefined) return
    const { metadata } = attributes.object as unknown as Draft<PersistentVolumeClaim>
    if (metadata.finalizers?.includes(finalizer) !== true) metadata.finalizers = [...metadata.finalizers ?? [], finalizer]
  },
}

/** A claim grows only if its class allows it. Upstream: plugin/pkg/admission/storage/persistentvolume/resize. */
export const persistentVolumeClaimResize: AdmissionPlugin = {
  name: 'PersistentVolumeClaimResize',

  validate(attributes, world) {
    if (attributes.operation !== 'UPDATE' || attributes.subresource !== '' || !isResource(attributes, '', 'persistentvolumeclaims')) return
    const claim = attributes.object as unknown as PersistentVolumeClaim
    const old = attributes.old as unknown as PersistentVolumeClaim
    const [size, oldSize] = [claim.spec?.resources?.requests?.['storage'], old.spec?.resources?.requests?.['storage']]
    if (compareAmounts(size, oldSize) <= 0) return
    const refuse = (reason: string): Error => forbidden(attributes.kind.resource, attributes.name, reason)
    if (old.status?.phase !== 'Bound') throw refuse('Only bound persistent volume claims can be expanded')
    const className = claim.metadata.annotations?.[betaStorageClassAnnotation] ?? claim.spec?.storageClassName ?? ''
    const storageClass = className === '' ? undefined : world.storage.get(world.kinds.ofPath('storage.k8s.io', 'v1', 'storageclasses') as Kind, '', className) as unknown as StorageClass | undefined
    if (storageClass?.allowVolumeExpansion !== true) {
      throw refuse('only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize')
    }
  },
}

/** What running in a class costs is added to the Pod. Upstream: plugin/pkg/admission/runtimeclass. */
export const runtimeClass: AdmissionPlugin = {
  name: 'RuntimeClass',

  admit(attributes, world) {
    if (attributes.operation !== 'CREATE' || !isPod(attributes)) return
    const spec = (attributes.object as unknown as Draft<Pod>).spec
    if (spec?.runtimeClassName === undefined) return
    const found = world.storage.get(world.kinds.ofPath('node.k8s.io', 'v1', 'runtimeclasses') as Kind, '', spec.runtimeClassName) as unknown as RuntimeClass | undefined
    if (found === undefined) throw forbidden(attributes.kind.resource, attributes.name, `pod rejected: RuntimeClass ${JSON.stringify(spec.runtimeClassName)} not found`)
    if (found.overhead?.podFixed !== undefined) {
      const fixed = found.overhead.podFixed
      if (spec.overhead !== undefined && Object.keys({ ...spec.overhead, ...fixed }).some((name) => compareAmounts(spec.overhead?.[name], fixed[name]) !== 0)) {
        throw forbidden(attributes.kind.resource, attributes.name, 'pod rejected: Pod\'s Overhead doesn\'t match RuntimeClass\'s defined Overhead')
      }
      spec.overhead = { ...fixed }
    }
    if (found.scheduling?.nodeSelector !== undefined) {
      for (const [key, value] of Object.entries(found.scheduling.nodeSelector)) {
        const own = spec.nodeSelector?.[key]
        if (own !== undefined && own !== value) throw forbidden(attributes.kind.resource, attributes.name, `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own}`)
      }
      spec.nodeSelector = { ...spec.nodeSelector, ...found.scheduling.nodeSelector }
    }
    if (found.scheduling?.tolerations !== undefined) spec.tolerations = [...spec.tolerations ?? [], ...found.scheduling.tolerations.map((toleration) => ({ ...toleration }))]
  },
}

/** An Ingress that names no class gets the default one. Upstream: plugin/pkg/admission/network/defaultingressclass. */
export const defaultIngressClass: AdmissionPlugin = {
  name: 'DefaultIngressClass',

  admit(attributes, world) {
    if (attributes.operation !== 'CREATE' || attributes.subresource !== '' || !isResource(attributes, 'networking.k8s.io', 'ingresses')) return
    const ingress = attributes.object as unknown as Draft<Ingress>
    if (ingress.spec?.ingressClassName !== undefined || ingress.metadata.annotations?.['kubernetes.io/ingress.class'] !== undefined) return
    const classes = world.storage.list(world.kinds.ofPath('networking.k8s.io', 'v1', 'ingressclasses') as Kind).items as unknown as readonly IngressClass[]
    const defaults = classes.filter((candidate) => candidate.metadata.annotations?.['ingressclass.kubernetes.io/is-default-class'] === 'true')
    const newest = [...defaults].sort((a, b) => {
      const [left, right] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '']
      if (left !== right) return left > right ? -1 : 1
      return (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1
    })[0]
    if (newest !== undefined) ingress.spec = { ...ingress.spec, ingressClassName: newest.metadata.name ?? '' }
  },
}
