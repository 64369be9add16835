import type { ApiRequest, ApiResponse, WatchEvent } from '../../api'
import type { EventBody } from '../kernel'

/**
 * The one road to the api-server. Handed in by the composition root.
 * A request is answered at the same instant; watch events arrive later, as kernel events of type "watch".
 */
export interface Transport {
  /** Never throws for what a client can cause: a refusal is a response with a Status body. */
  request(request: ApiRequest): ApiResponse
  /**
   * Opens a watch whose events go to the actor `receiver` as `WatchDelivery`. `id` names it there.
   * Throws `ApiError` when refused (410 Gone, bad selector ...).
   */
  watch(request: ApiRequest, receiver: string): WatchOpened
  stopWatch(id: number): void
}

export interface WatchOpened {
  readonly id: number
}

/** Events of one watch, in order of revision. `closed` ends it (server gone, connection cut). */
export interface WatchDelivery extends EventBody {
  readonly type: 'watch'
  readonly watch: number
  readonly events: readonly WatchEvent[]
  readonly closed?: boolean
}
