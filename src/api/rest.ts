import type { ApiObject } from './objects'

/**
 * One request to the api-server, as over HTTP but without the bytes.
 * `body` is an object (already decoded; the server must not change it) or text in the Content-Type's format.
 */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Without query string: /api/v1/namespaces/default/pods */
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  /** Lower-case names. Absent Content-Type and Accept mean application/json. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  /** Who asks: the component's name ("kube-scheduler", "kubectl"). The default field manager, and the sender in the trace. */
  readonly userAgent: string
}

export interface ApiResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** An object, frozen and shared with the store, or text (logs, /healthz, /metrics). */
  readonly body: unknown
}

export type WatchEventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'

export interface WatchEvent<T = ApiObject> {
  readonly type: WatchEventType
  readonly object: T
}
