/** Device classes, slices and claims for tests, in as few words as they need. */
import type { Device, DeviceClass, DeviceConstraint, DeviceRequest, ResourceResourceClaim, ResourceSlice, ResourceSliceSpec } from '../../../../api'

export const deviceDriver = 'gpu.example.com'

export function makeDeviceClass(name: string, { expression, extendedResourceName }: { readonly expression?: string; readonly extendedResourceName?: string } = {}): DeviceClass {
  return {
    apiVersion: 'resource.k8s.io/v1', kind: 'DeviceClass', metadata: { name },
    spec: {
      ...(expression === undefined ? {} : { selectors: [{ cel: { expression } }] }), ...(extendedResourceName === undefined ? {} : { extendedResourceName }),
    },
  }
}

/** What a node's driver offers: a pool of the node's name. */
export function makeSlice(node: string, devices: readonly Device[], spec: Partial<ResourceSliceSpec> = {}): ResourceSlice {
  return {
    apiVersion: 'resource.k8s.io/v1', kind: 'ResourceSlice', metadata: { name: `slice-${node}` },
    spec: { driver: deviceDriver, nodeName: node, pool: { name: node, generation: 1, resourceSliceCount: 1 }, devices: [...devices], ...spec },
  }
}

export const gpu = (name: string, model = 'x'): Device => ({ name, attributes: { model: { string: model } } })

export interface DeviceClaimOptions {
  readonly requests?: readonly DeviceRequest[]
  readonly constraints?: readonly DeviceConstraint[]
  readonly metadata?: Partial<ResourceResourceClaim['metadata']>
  readonly status?: ResourceResourceClaim['status']
}

export function makeDeviceClaim(name: string, { requests = [request('r')], constraints, metadata, status }: DeviceClaimOptions = {}): ResourceResourceClaim {
  return {
    apiVersion: 'resource.k8s.io/v1', kind: 'ResourceClaim', metadata: { name, namespace: 'default', uid: `claim.${name}`, ...metadata },
    spec: { devices: { requests: [...requests], ...(constraints === undefined ? {} : { constraints: [...constraints] }) } }, ...(status === undefined ? {} : { status }),
  }
}

/** For so many devices of class "gpu". */
export function request(name: string, rest: Partial<NonNullable<DeviceRequest['exactly']>> = {}): DeviceRequest {
  return { name, exactly: { deviceClassName: 'gpu', ...rest } }
}

/** A claim's status while it holds devices of a node's pool. */
export const held = (node: string, ...devices: readonly string[]): NonNullable<ResourceResourceClaim['status']> => ({
  allocation: { devices: { results: devices.map((device) => ({ request: 'r', driver: deviceDriver, pool: node, device })) } },
})
