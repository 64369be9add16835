import type { ApiObject } from '../../../api'
import type { Fields } from '../draft'
import type { Kind } from '../kinds/kind'
import type { KindTable } from '../kinds/table'
import type { Storage } from '../storage'

/** A request on its way to the store. Upstream: apiserver/pkg/admission, Attributes. */
export interface Attributes {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE'
  readonly kind: Kind
  readonly namespace: string
  readonly name: string
  readonly subresource: string
  /** Ours to change while mutating; absent for DELETE. Of a subresource: what was sent there (a Binding, an Eviction). */
  readonly object?: Fields
  readonly old?: ApiObject
  readonly dryRun: boolean
  readonly userAgent: string
  /** Texts for the Warning header. */
  readonly warnings: string[]
}

/** What plugins may look at. */
export interface AdmissionWorld {
  readonly storage: Storage
  readonly kinds: KindTable
  readonly now: string
  readonly random: { text(length: number, alphabet: string): string }
  /** Changes a ResourceQuota's status without asking anyone. */
  writeQuota(quota: Fields): void
}

/** Looks at writes after decoding (admit, may change) and after validation (validate, may only refuse). Both throw `ApiError`. */
export interface AdmissionPlugin {
  readonly name: string
  admit?(attributes: Attributes, world: AdmissionWorld): void
  validate?(attributes: Attributes, world: AdmissionWorld): void
}

export function isResource(attributes: Attributes, group: string, plural: string): boolean {
  return attributes.kind.resource.group === group && attributes.kind.resource.plural === plural
}

/** A Pod being written itself, not one of its subresources. */
export function isPod(attributes: Attributes): boolean {
  return attributes.subresource === '' && isResource(attributes, '', 'pods')
}
