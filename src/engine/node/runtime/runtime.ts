import type { RuntimeName, RuntimeView } from '../../../api'
import { digestText } from '../kubelet/images'
import { containerd } from './containerd'
import { crio } from './cri-o'
import { docker } from './docker'
import { rkt } from './rkt'
import type { Runtime, RuntimeKind, RuntimeStep } from './types'

const kinds: Readonly<Record<RuntimeName, RuntimeKind>> = { containerd, docker, rkt, 'cri-o': crio }
export const runtimeNames: readonly RuntimeName[] = ['docker', 'rkt', 'containerd', 'cri-o']
/** Of a node that does not say which version it has. */
export const versionDefault: Readonly<Record<RuntimeName, string>> = {
  containerd: 'containerd://2.2.1', docker: 'docker://20.10.24', rkt: 'rkt://1.30.0', 'cri-o': 'cri-o://1.35.0',
}

/** By the name before "://" in a Node's containerRuntimeVersion; containerd when it says nothing known. */
export function runtimeOf(version: string | undefined): Runtime {
  const name = runtimeNameOf(version)
  return {
    ...kinds[name],
    version: version ?? versionDefault[name],
    containerId: (uid, container, life) => `${name}://${digestText(`${uid}/${container}/${life}`)}`,
  }
}

export function runtimeNameOf(version: string | undefined): RuntimeName {
  const [scheme = ''] = (version ?? '').split('://')
  return runtimeNames.find((name) => name === scheme) ?? 'containerd'
}

/** A step with its place in time: ms from the first one's begin. */
export interface TimedStep extends RuntimeStep {
  readonly from: number
  readonly to: number
}

/** Steps one after another. `startMs`: the setting `containerStartMs`. Whole ms; the last one ends where their sum does. */
export function timedSteps(steps: readonly RuntimeStep[], startMs: number, network = true): TimedStep[] {
  let done = 0
  return steps.filter((step) => network || step.network !== true).map((step) => {
    const from = Math.round(done * startMs)
    done += step.share
    return { ...step, from, to: Math.round(done * startMs) }
  })
}

/** What all of the steps take together, in whole ms. */
export function stepsMs(steps: readonly RuntimeStep[], startMs: number, network = true): number {
  let done = 0
  for (const step of steps) if (network || step.network !== true) done += step.share
  return Math.round(done * startMs)
}

/** A runtime as people look at it. */
export function runtimeView(runtime: Runtime, startMs: number): RuntimeView {
  const { name, version, endpoint, address, holder, pause, onRestart } = runtime
  return {
    name, version, endpoint, address, holder, pause, onRestart,
    sandboxSteps: timedSteps(runtime.sandboxSteps, startMs).map(stepView), containerSteps: timedSteps(runtime.containerSteps, startMs).map(stepView),
  }
}

export const stepView = ({ what, by, from, to }: { readonly what: string; readonly by: string; readonly from: number; readonly to: number }): RuntimeView['sandboxSteps'][number] => ({ what, by, from, to })
