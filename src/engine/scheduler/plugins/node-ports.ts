import { action, skip, success, verdict, verdictCode, type EnqueueExtensions, type FilterPlugin, type HostPort, type NodeInfo, type PreFilterPlugin } from '../framework/types'
import { hostPortsOf, portsConflict } from './helper/host-ports'
import { asPod, holdsNode } from './helper/pods'

const conflicting = verdict(verdictCode.Unschedulable, 1)
const reasons = ["node(s) didn't have free ports for the requested pod ports"]

function anyConflict(ports: readonly HostPort[], node: NodeInfo): boolean {
  for (let i = 0; i < ports.length; i++) if (node.usedPorts.conflicts(ports[i] as HostPort)) return true
  return false
}

/** Refuses nodes where a host port of the Pod is taken. Upstream: plugins/nodeports. */
export function nodePorts(): PreFilterPlugin & FilterPlugin & EnqueueExtensions {
  return {
    name: 'NodePorts',

    concerns: (pod) => pod.template.hostPorts.length > 0,

    preFilter: (_state, pod) => (pod.template.hostPorts.length === 0 ? skip : success),

    filterDependence: 'row',

    filter(_state, pod, nodes, rows, from, to, verdicts) {
      const ports = pod.template.hostPorts
      const used = nodes.portCount
      for (let i = from; i < to; i++) {
        const row = rows[i] as number
        if (verdicts[i] === 0 && used[row] !== 0 && anyConflict(ports, nodes.infos[row] as NodeInfo)) verdicts[i] = conflicting
      }
    },

    reasons: () => reasons,

    filterFacts(_state, pod, nodes, row) {
      const node = nodes.infos[row]
      return pod.template.hostPorts.map((port) => {
        const taken = node?.usedPorts.conflicts(port) ?? false
        const holder = taken ? node?.pods.find((other) => other.template.hostPorts.some((theirs) => portsConflict(port, theirs))) : undefined
        return {
          id: taken ? 'ports.conflict' : 'ports.free',
          values: { port: port.port, protocol: port.protocol, ip: port.ip, ...(holder === undefined ? {} : { pod: holder.key }) },
        }
      })
    },

    eventsToRegister: () => [
      {
        resource: 'AssignedPod', action: action.Delete,
        hint: (pod, before) => {
          const deleted = asPod(before)
          if (!holdsNode(deleted)) return 'QueueSkip'
          const freed = hostPortsOf(deleted)
          return pod.template.hostPorts.some((port) => freed.some((other) => portsConflict(port, other))) ? 'Queue' : 'QueueSkip'
        },
      },
      { resource: 'Node', action: action.Add },
    ],
  }
}
