import { microTimeText, virtualMs, virtualOf, type Container, type ContainerState, type Pod } from '../../../api'
import { behaviourOf } from './behaviour'
import type { ContainerRecord } from './pod-record'

/** What somebody wants to read of a container's log. Upstream: PodLogOptions. */
export interface LogQuery {
  readonly namespace: string
  readonly pod: string
  readonly uid: string
  readonly container: string
  readonly previous: boolean
  readonly timestamps: boolean
  readonly tailLines?: number
  readonly sinceSeconds?: number
  readonly sinceTime?: string
  readonly limitBytes?: number
}

export interface LogAnswer {
  /** As over HTTP: 200, or 400 and 404 with the reason as text. */
  readonly status: number
  readonly text: string
}

interface Line {
  readonly at: number
  readonly text: string
}

/** The log as a text. Nothing was recorded: what the container must have said follows from what it is and what became of it. */
export function readLog(pod: Pod, container: ContainerRecord, spec: Container, query: LogQuery, now: number): LogAnswer {
  const state = query.previous ? container.lastState : container.state
  const where = `container "${query.container}" in pod "${query.pod}"`
  if (query.previous && state?.terminated === undefined) return { status: 400, text: `previous terminated container "${query.container}" in pod "${query.pod}" not found` }
  if (state === undefined || (state.running === undefined && state.terminated === undefined)) {
    // A container in back-off shows what it said last.
    if (container.lastState?.terminated !== undefined) return textOf(linesOf(pod, container, spec, container.lastState, now), query, now)
    return { status: 400, text: `${where} is waiting to start: ${state?.waiting?.reason ?? 'ContainerCreating'}` }
  }
  return textOf(linesOf(pod, container, spec, state, now), query, now)
}

function linesOf(pod: Pod, container: ContainerRecord, spec: Container, state: ContainerState, now: number): Line[] {
  const startedAt = virtualOf(state.running?.startedAt ?? state.terminated?.startedAt)
  const begin = Number.isNaN(startedAt) ? now : startedAt
  const echoed = echoes([...(spec.command ?? []), ...(spec.args ?? [])])
  const lines: Line[] = echoed === undefined ? [{ at: begin, text: `${container.name}: started from ${container.image}` }] : echoed.map((text) => ({ at: begin, text }))
  if (echoed === undefined) {
    for (const port of spec.ports ?? []) lines.push({ at: begin, text: `${container.name}: listening on :${port.containerPort}` })
    const { readyAfterMs, unhealthyAfterMs } = behaviourOf(pod, spec, container.kind)
    const end = virtualOf(state.terminated?.finishedAt)
    const until = Number.isNaN(end) ? now : end
    if (readyAfterMs > 0 && begin + readyAfterMs <= until) lines.push({ at: begin + readyAfterMs, text: `${container.name}: ready` })
    if (unhealthyAfterMs !== undefined && begin + unhealthyAfterMs <= until) lines.push({ at: begin + unhealthyAfterMs, text: `${container.name}: error: not healthy any more` })
    const { terminated } = state
    // Who is killed by the kernel says nothing.
    if (terminated !== undefined && terminated.reason !== 'OOMKilled' && terminated.exitCode !== 137) {
      lines.push({ at: until, text: terminated.exitCode === 0 ? `${container.name}: done` : `${container.name}: error: exit code ${terminated.exitCode}` })
    }
  }
  return lines
}

/** What a shell command prints; undefined when it is no such command. */
function echoes(words: readonly string[]): string[] | undefined {
  const script = /(^|\/)(sh|bash|ash)$/.test(words[0] ?? '') && words[1] === '-c' ? words[2] ?? '' : words.join(' ')
  const lines: string[] = []
  for (const part of script.split(/;|&&|\n/)) {
    const match = /^\s*(?:\S*\/)?echo\s+(.*?)\s*$/.exec(part)
    if (match !== null) lines.push((match[1] as string).replace(/^(["'])(.*)\1$/, '$2'))
  }
  return lines.length > 0 ? lines : undefined
}

function textOf(lines: readonly Line[], query: LogQuery, now: number): LogAnswer {
  const since = query.sinceSeconds !== undefined ? now - query.sinceSeconds * 1000 : query.sinceTime === undefined ? Number.NEGATIVE_INFINITY : virtualOf(query.sinceTime)
  let kept = lines.filter((line) => line.at >= since)
  if (query.tailLines !== undefined) kept = query.tailLines === 0 ? [] : kept.slice(-query.tailLines)
  const text = kept.map((line) => `${query.timestamps ? `${microTimeText(virtualMs(line.at))} ` : ''}${line.text}\n`).join('')
  return { status: 200, text: query.limitBytes === undefined ? text : text.slice(0, query.limitBytes) }
}
