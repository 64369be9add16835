import { action, status, success, type EnqueueExtensions, type PreEnqueuePlugin } from '../framework/types'

/** Keeps a Pod out of the queue as long as it names gates. Upstream: plugins/schedulinggates. */
export function schedulingGates(): PreEnqueuePlugin & EnqueueExtensions {
  return {
    name: 'SchedulingGates',

    preEnqueue(pod) {
      const gates = pod.pod.spec?.schedulingGates ?? []
      if (gates.length === 0) return success
      return status('UnschedulableAndUnresolvable', `waiting for scheduling gates: [${gates.map((gate) => gate.name).join(' ')}]`)
    },

    eventsToRegister: () => [{ resource: 'TargetPod', action: action.UpdatePodSchedulingGatesEliminated }],
  }
}
