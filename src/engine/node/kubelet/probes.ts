import type { Container, Probe } from '../../../api'
import type { Behaviour } from './behaviour'
import type { ContainerRecord } from './pod-record'

export type ProbeKind = 'startup' | 'readiness' | 'liveness'
export const probeKinds: readonly ProbeKind[] = ['startup', 'readiness', 'liveness']

export function probeOf(kind: ProbeKind, spec: Container): Probe | undefined {
  return kind === 'startup' ? spec.startupProbe : kind === 'readiness' ? spec.readinessProbe : spec.livenessProbe
}

/**
 * When the next probe is due that can change anything; undefined while every answer would be the one before.
 * Probes go by the clock (initial delay, then each period); those between are known without asking. Upstream: prober.worker.run.
 */
export function nextProbe(kind: ProbeKind, spec: Container, container: ContainerRecord, behaviour: Behaviour, startedAt: number, now: number): number | undefined {
  const probe = probeOf(kind, spec)
  if (probe === undefined) return undefined
  if (kind === 'startup' ? container.started : !container.started) return undefined
  const periodMs = (probe.periodSeconds ?? 10) * 1000
  const first = startedAt + (probe.initialDelaySeconds ?? 0) * 1000
  const nextTick = now < first ? first : first + (Math.floor((now - first) / periodMs) + 1) * periodMs
  const count = container.probes[kind]
  // The very first probe of readiness and startup follows at once when no delay is asked for.
  const tick = count === undefined && now >= first && now - first < periodMs ? now : nextTick
  const goesBad = behaviour.unhealthyAfterMs
  const wellAt = (at: number): boolean => at - startedAt >= behaviour.readyAfterMs && (kind === 'startup' || goesBad === undefined || at - startedAt < goesBad)
  const settledWell = kind === 'liveness' || container.ready || kind === 'startup'
  if (kind !== 'startup' && wellAt(tick) && settledWell && (count === undefined ? kind === 'liveness' : true) && (count?.failures ?? 0) === 0) {
    // All well until it goes bad, if it ever does.
    if (goesBad === undefined) return undefined
    const badAt = startedAt + goesBad
    return first + Math.max(0, Math.ceil((badAt - first) / periodMs)) * periodMs
  }
  if (kind === 'readiness' && !wellAt(tick) && !container.ready && (count?.failures ?? 0) >= (probe.failureThreshold ?? 3) && goesBad !== undefined && tick - startedAt >= goesBad) {
    return undefined // unready for good
  }
  return tick
}

/** What the kubelet's prober says of a probe that failed. */
export function probeMessage(probe: Probe, ip: string, spec: Container): string {
  if (probe.httpGet !== undefined) return 'HTTP probe failed with statuscode: 503'
  if (probe.tcpSocket !== undefined) {
    const port = typeof probe.tcpSocket.port === 'number' ? probe.tcpSocket.port : spec.ports?.find((other) => other.name === probe.tcpSocket?.port)?.containerPort ?? 0
    return `dial tcp ${ip}:${port}: connect: connection refused`
  }
  if (probe.grpc !== undefined) return 'service unhealthy (responded with "NOT_SERVING")'
  return 'command exited with code 1'
}
