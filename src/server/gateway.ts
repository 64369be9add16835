import type { ApiRequest, ApiResponse, WatchEvent } from '../api'

/** Who is told of a watch's events. */
export interface Watcher {
  events(events: readonly WatchEvent[]): void
  /** The server ends the watch. */
  close(): void
}

export type OpenedWatch =
  | { readonly ok: true; readonly stop: () => void }
  | { readonly ok: false; readonly response: ApiResponse }

/** The way from HTTP to a cluster, wherever it runs: in this process, or in the page of an open tab. */
export interface Gateway {
  request(request: ApiRequest): Promise<ApiResponse>
  /** Looks without leaving a trace. GET only. */
  read(request: ApiRequest): Promise<ApiResponse>
  watch(request: ApiRequest, watcher: Watcher): Promise<OpenedWatch>
}
