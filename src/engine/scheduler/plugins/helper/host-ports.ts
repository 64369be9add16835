import type { Container, Pod } from '../../../../api'
import type { HostPort } from '../../framework/types'

/** Address that conflicts with every other. "::" does not. */
export const anyAddress = '0.0.0.0'

/** Host ports a Pod claims: of its containers and sidecars, not of plain init containers. Upstream: scheduler/util, GetHostPorts. */
export function hostPortsOf(pod: Pod): readonly HostPort[] {
  const ports: HostPort[] = []
  const add = (container: Container): void => {
    for (const port of container.ports ?? []) {
      if (port.hostPort === undefined || port.hostPort <= 0) continue
      ports.push({ ip: port.hostIP === undefined || port.hostIP === '' ? anyAddress : port.hostIP, protocol: port.protocol === undefined || port.protocol === '' ? 'TCP' : port.protocol, port: port.hostPort })
    }
  }
  for (const container of pod.spec?.initContainers ?? []) if (container.restartPolicy === 'Always') add(container)
  for (const container of pod.spec?.containers ?? []) add(container)
  return ports
}

export function portsConflict(a: HostPort, b: HostPort): boolean {
  return a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === anyAddress || b.ip === anyAddress)
}
