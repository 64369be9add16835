import type { Container, Pod } from '../../../api'

/** What a container will do, as far as it can be known: a machine that runs no code must be told. See node/README.md. */
export interface Behaviour {
  /** Runs so long, then ends by itself; undefined: for ever. */
  readonly runMs: number | undefined
  readonly exitCode: number
  /** From SIGTERM to its end. */
  readonly stopMs: number
  /** What the postStart hook takes, and the preStop hook; 0 without one. */
  readonly postStartMs: number
  readonly preStopMs: number
  /** From its start until probes of readiness and startup succeed. */
  readonly readyAfterMs: number
  /** From its start until liveness (and readiness) fail; undefined: never. */
  readonly unhealthyAfterMs: number | undefined
}

const stopMsDefault = 1_000
/** Of what is meant to end (restartPolicy OnFailure or Never) when nothing says how long it takes. */
const runMsDefault = 10_000
const initRunMsDefault = 1_000

/** "berth.dev/<name>.<container>", or "berth.dev/<name>" for all containers of the Pod. */
export function behaviourAnnotation(pod: Pod, name: string, container: string): string | undefined {
  const annotations = pod.metadata.annotations
  return annotations?.[`berth.dev/${name}.${container}`] ?? annotations?.[`berth.dev/${name}`]
}

/** Seconds of an annotation as ms; undefined when absent or no number from 0. */
export function annotatedMs(pod: Pod, name: string, container: string): number | undefined {
  const text = behaviourAnnotation(pod, name, container)
  if (text === undefined || !/^[0-9]+(\.[0-9]+)?$/.test(text)) return undefined
  return Math.round(Number(text) * 1000)
}

/** Reads annotations, then the command, then falls back on what the restart policy suggests. */
export function behaviourOf(pod: Pod, container: Container, kind: 'init' | 'sidecar' | 'app'): Behaviour {
  const { name } = container
  const command = readCommand([...(container.command ?? []), ...(container.args ?? [])])
  const annotatedRun = annotatedMs(pod, 'run-seconds', name)
  const exitText = behaviourAnnotation(pod, 'exit-code', name)
  const policy = container.restartPolicy ?? pod.spec?.restartPolicy ?? 'Always'
  let runMs = annotatedRun ?? command?.runMs
  if (runMs === undefined && command === undefined) {
    if (kind === 'init') runMs = initRunMsDefault
    else if (kind === 'app' && policy !== 'Always') runMs = runMsDefault
  }
  return {
    runMs,
    exitCode: exitText !== undefined && /^[0-9]{1,3}$/.test(exitText) ? Number(exitText) : command?.exitCode ?? 0,
    stopMs: annotatedMs(pod, 'stop-seconds', name) ?? stopMsDefault,
    postStartMs: hookMs(pod, container, 'postStart', 'post-start-seconds'),
    preStopMs: hookMs(pod, container, 'preStop', 'pre-stop-seconds'),
    readyAfterMs: annotatedMs(pod, 'ready-after-seconds', name) ?? 0,
    unhealthyAfterMs: annotatedMs(pod, 'unhealthy-after-seconds', name),
  }
}

/** A hook sleeps as long as it says; what a command or a request takes, an annotation has to say. */
function hookMs(pod: Pod, container: Container, hook: 'postStart' | 'preStop', annotation: string): number {
  const handler = container.lifecycle?.[hook]
  if (handler === undefined) return 0
  if (handler.sleep !== undefined) return handler.sleep.seconds * 1000
  return annotatedMs(pod, annotation, container.name) ?? readCommand(handler.exec?.command ?? [])?.runMs ?? 0
}

interface Command {
  /** undefined: for ever. */
  readonly runMs: number | undefined
  readonly exitCode: number
}

/** Understands what manifests use to make a container end or wait: sleep, exit, true, false, echo, and sequences of them in a shell. */
export function readCommand(words: readonly string[]): Command | undefined {
  const [first, second, third] = words
  if (first === undefined) return undefined
  const program = first.slice(first.lastIndexOf('/') + 1)
  if ((program === 'sh' || program === 'bash' || program === 'ash') && second === '-c' && third !== undefined) return readScript(third)
  return readSimple([program, ...words.slice(1)])
}

function readScript(script: string): Command | undefined {
  let runMs = 0
  for (const part of script.split(/;|&&|\n/)) {
    const words = part.trim().split(/\s+/).filter((word) => word !== '')
    if (words.length === 0) continue
    if (words[0] === 'exit') return { runMs, exitCode: Number(words[1] ?? 0) & 255 }
    const step = readSimple(words)
    if (step === undefined) return undefined
    if (step.runMs === undefined) return step
    runMs += step.runMs
    if (step.exitCode !== 0) return { runMs, exitCode: step.exitCode }
  }
  return { runMs, exitCode: 0 }
}

function readSimple(words: readonly string[]): Command | undefined {
  switch (words[0]) {
    case 'true': case 'echo': case 'date': case 'printf': return { runMs: 0, exitCode: 0 }
    case 'false': return { runMs: 0, exitCode: 1 }
    case 'sleep': {
      const match = /^([0-9]+(?:\.[0-9]+)?)([smhd]?)$/.exec(words[1] ?? '')
      if (match === null) return words[1] === 'infinity' || words[1] === 'inf' ? { runMs: undefined, exitCode: 0 } : undefined
      const unit = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 }[match[2] as '' | 's' | 'm' | 'h' | 'd']
      return { runMs: Math.round(Number(match[1]) * unit * 1000), exitCode: 0 }
    }
    case 'tail': return words[1] === '-f' ? { runMs: undefined, exitCode: 0 } : undefined
    default: return undefined
  }
}
