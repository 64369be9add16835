import type { ProxyMode } from './config'
import type { Heard } from './heard'
import type { ProxyNode } from './iptables'
import { ChainNames } from './names'
import { makeRules, type NodeRules } from './node-rules'
import { servicePorts, slicesByService, type ServicePortInfo } from './service-ports'

/** Of a cluster with thousands of Services a node's tables are some megabytes. */
const tablesKept = 6

/** Service ports and nodes' rules, made of what was heard when somebody asks, and a few of them kept. No state: all of it can be made again. */
export class MadeRules {
  readonly #chains = new ChainNames()
  readonly #ports = new Map<Heard, readonly ServicePortInfo[]>()
  readonly #rules = new Map<string, NodeRules>()

  ports(heard: Heard): readonly ServicePortInfo[] {
    let ports = this.#ports.get(heard)
    if (ports === undefined) {
      if (this.#ports.size >= tablesKept) this.#ports.clear()
      this.#ports.set(heard, ports = servicePorts(heard.services, slicesByService(heard.slices)))
    }
    return ports
  }

  rules(heard: Heard, node: ProxyNode, mode: ProxyMode): NodeRules {
    const { services, slices } = heard.revisions
    const key = [node.name, node.zone, node.addresses.join(), mode, services, slices, heard.configuration.scheduler, heard.configuration.clusterCIDR].join(' ')
    let rules = this.#rules.get(key)
    if (rules === undefined) {
      if (this.#rules.size >= tablesKept) this.#rules.clear()
      this.#rules.set(key, rules = makeRules(mode, this.ports(heard), node, heard.configuration, this.#chains))
    }
    return rules
  }

  clear(): void {
    this.#ports.clear()
    this.#rules.clear()
  }
}
