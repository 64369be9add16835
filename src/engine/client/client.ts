import { ApiError, pathOf, type ApiList, type ApiObject, type ApiRequest, type Resource, type Status } from '../../api'
import type { Transport } from './transport'

/** Where an object is: its resource, name and, if namespaced, namespace. */
export interface ObjectRef {
  readonly resource: Resource
  readonly namespace?: string | undefined
  readonly name: string
}

export interface ListOptions {
  readonly namespace?: string | undefined
  readonly labelSelector?: string | undefined
  readonly fieldSelector?: string | undefined
  readonly resourceVersion?: string | undefined
}

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number | undefined
  readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground' | undefined
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string } | undefined
}

export type PatchType = 'application/json-patch+json' | 'application/merge-patch+json' | 'application/strategic-merge-patch+json' | 'application/apply-patch+yaml'

/** Anything with metadata: what typed objects and `ApiObject` have in common. */
type Stored = { readonly metadata: ApiObject['metadata'] }

/**
 * How a component talks to the api-server. Every method throws `ApiError` when refused; objects that come back are
 * frozen and shared, so copy before changing. `userAgent` says who asks; up to its first "/" it is the field manager.
 */
export class Client {
  readonly transport: Transport
  readonly userAgent: string

  constructor(transport: Transport, userAgent: string) {
    this.transport = transport
    this.userAgent = userAgent
  }

  get<T extends Stored>(ref: ObjectRef): T {
    return this.#ask<T>({ method: 'GET', path: pathOf(ref.resource, ref.namespace, ref.name), userAgent: this.userAgent })
  }

  /** Like `get`, but `undefined` when there is no such object. */
  find<T extends Stored>(ref: ObjectRef): T | undefined {
    try {
      return this.get<T>(ref)
    } catch (error) {
      if (ApiError.is(error, 'NotFound')) return undefined
      throw error
    }
  }

  list<T extends Stored>(resource: Resource, options: ListOptions = {}): ApiList<T> {
    return this.#ask<ApiList<T>>({ method: 'GET', path: pathOf(resource, options.namespace), query: listQuery(options), userAgent: this.userAgent })
  }

  create<T extends Stored>(resource: Resource, object: T, subresource?: { readonly name: string; readonly subresource: string }): T {
    const path = pathOf(resource, object.metadata.namespace, subresource?.name, subresource?.subresource)
    return this.#ask<T>({ method: 'POST', path, body: object, userAgent: this.userAgent })
  }

  update<T extends Stored>(resource: Resource, object: T, subresource?: 'status' | 'scale'): T {
    return this.#ask<T>({ method: 'PUT', path: pathOf(resource, object.metadata.namespace, object.metadata.name ?? '', subresource), body: object, userAgent: this.userAgent })
  }

  patch<T extends Stored>(ref: ObjectRef, type: PatchType, patch: unknown, subresource?: 'status' | 'scale'): T {
    return this.#ask<T>({
      method: 'PATCH', path: pathOf(ref.resource, ref.namespace, ref.name, subresource), body: patch, headers: { 'content-type': type }, userAgent: this.userAgent,
    })
  }

  delete(ref: ObjectRef, options: DeleteOptions = {}): void {
    const body = { kind: 'DeleteOptions', apiVersion: 'v1', ...options }
    this.#ask<ApiObject>({ method: 'DELETE', path: pathOf(ref.resource, ref.namespace, ref.name), body, userAgent: this.userAgent })
  }

  /** Opens a watch that tells `receiver`. See `Transport.watch`. */
  watch(resource: Resource, options: ListOptions, receiver: string): number {
    const query = { ...listQuery(options), watch: 'true', allowWatchBookmarks: 'true' }
    return this.transport.watch({ method: 'GET', path: pathOf(resource, options.namespace), query, userAgent: this.userAgent }, receiver).id
  }

  #ask<T>(request: ApiRequest): T {
    const response = this.transport.request(request)
    if (response.status >= 400) throw new ApiError(response.body as Status)
    return response.body as T
  }
}

function listQuery(options: ListOptions): Record<string, string> {
  const query: Record<string, string> = {}
  if (options.labelSelector !== undefined) query['labelSelector'] = options.labelSelector
  if (options.fieldSelector !== undefined) query['fieldSelector'] = options.fieldSelector
  if (options.resourceVersion !== undefined) query['resourceVersion'] = options.resourceVersion
  return query
}
