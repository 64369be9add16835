/** Kubernetes' vocabulary: object types, the names of the kinds, quantities, selectors, Status, requests and responses. Everyone may use it. */
export type * from './types'
export { ownerNotImported } from './annotations'
export { parseDuration } from './duration'
export { faultComponents, faultDefaults, faultKey, faultKinds, faultSubjects, parseFault, type FaultKind, type FaultRequest, type FaultText } from './faults'
export { controllerOf, keyOf, splitKey, type ApiList, type ApiObject } from './objects'
export { qosClassOf, type QosClass } from './pod-qos'
export { amountOf, podLimits, podRequests, type Amounts } from './pod-requests'
export {
  canonical, canonicalQuantity, compareQuantities, milliValue, parseQuantity, quantityValue,
  type ParsedQuantity, type QuantityFormat,
} from './quantity'
export { apiVersionOf, pathOf, resourceOfKind, resources, splitApiVersion, type Resource, type ResourceName } from './resources'
export type { ApiRequest, ApiResponse, WatchEvent, WatchEventType } from './rest'
export {
  anyNode, kubernetesVersion, schemaOfKind, schemaType, schemaTypes,
  type ListNode, type MapNode, type ScalarNode, type ScalarType, type SchemaField, type SchemaNode, type StructNode,
} from './schema'
export { holds, matches, selectorOf, selectorOfMap, type Labels, type Requirement, type Selector } from './selectors'
export { ApiError, failure, type FieldError } from './status'
export { epochUnixMs, instantOf, microTimeText, timeText, virtualMs, virtualOf, type VirtualMs } from './time'
export { compareNodes, type NodeComparison, type ScoreDifference, type WeightFlip } from './compare-nodes'
export type * from './etcd'
export type * from './explanation'
export type * from './machine'
export type * from './traffic'
