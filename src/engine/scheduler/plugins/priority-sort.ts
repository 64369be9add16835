import type { QueueSortPlugin } from '../framework/types'

/** Higher priority first, then who waits longer. Upstream: plugins/queuesort. */
export function prioritySort(): QueueSortPlugin {
  return {
    name: 'PrioritySort',
    less(a, b) {
      if (a.priority !== b.priority) return a.priority > b.priority
      if (a.timestamp !== b.timestamp) return a.timestamp < b.timestamp
      return a.sequence < b.sequence
    },
  }
}
