import type { JourneyStep, JourneyView } from '../../protocol'
import { clock, imageSize, span, type Text } from '../kit'

/** What a step is called. */
export function stepName(step: JourneyStep, text: Text): string {
  const { id, args } = step
  if (id === 'asks' && args['controller'] !== undefined) return text('step.asks.controller', { controller: args['controller'] })
  if (id === 'running') return text('step.running', { phase: String(args['phase'] ?? 'Running') })
  return text(`step.${id}`)
}

/** The fact that matters of a step, in few words; empty when there is none yet. */
export function stepNote(step: JourneyStep, text: Text): string {
  const { id, state, args, failed } = step
  if (state === 'unrecorded') return text('note.unrecorded')
  if (state === 'never') return text(args['why'] === 'named' ? 'note.named' : 'note.notReached')
  if (state === 'open') return ''
  const words = (key: string, values: Readonly<Record<string, string | number | undefined>> = args as never): string => text(key, Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value ?? ''])))
  switch (id) {
    case 'asks': return words('note.admitted')
    case 'stored': case 'bound': return words('note.rev')
    case 'heard': return step.label
    case 'decides': {
      if (args['nominated']) return words('note.nominated', { nodes: args['nodes'], node: args['nominated'] })
      if (failed || args['outcome'] !== undefined) return words('note.noNode')
      return args['node'] ? words('note.node') : words('note.deciding')
    }
    case 'binds': return failed ? words('note.bindFailed') : step.label
    case 'kubelet': return words('note.field')
    case 'pulls': {
      if (args['why'] === 'present') return words('note.present')
      if (args['why'] === 'refused') return words('note.refused')
      if (args['waiting'] !== undefined) return words('note.waiting', { reason: args['waiting'] })
      if (args['bytes'] === undefined) return ''
      const bytes = Number(args['bytes'])
      return state === 'known' || args['done'] === undefined ? imageSize(bytes) : words('note.bytes', { done: imageSize(Number(args['done'])), bytes: imageSize(bytes) })
    }
    case 'starts': return String(args['container'] ?? '')
    case 'running': return failed && args['reason'] ? String(args['reason']) : words('note.patch')
  }
}

/** When, from the first message on. */
export function stepTime(step: JourneyStep, start: number): string {
  return step.at === undefined || step.state === 'never' ? '' : span(step.at - start)
}

/** One sentence: where the Pod is on its way, and what it waits for. */
export function leadOf(view: JourneyView, current: number, text: Text): string {
  const { steps, ended, wait, cycle, image, node } = view
  const name = node?.name ?? ''
  const step = steps[current - 1]
  const pulls = steps[7]
  if (ended !== undefined) return text(`lead.${ended.is}`, { by: ended.by })
  if (step === undefined) return text(view.exists ? 'lead.imported' : 'lead.none')
  if (step.state === 'unrecorded') return text('lead.imported')
  if (pulls?.args['why'] === 'refused' && current >= 8) return text('lead.refused', { node: name, reason: String(pulls.args['reason'] ?? '') })
  if (pulls?.failed === true && current === 8) return text('lead.pullFailed', { reason: String(pulls.args['waiting'] ?? pulls.args['error'] ?? '') })
  if (steps[3]?.failed === true && current === 4) {
    if (cycle !== undefined && cycle.victims > 0) return text('lead.nominated', { victims: cycle.victims, node: cycle.nominated })
    if (wait?.queue === 'backoff') return text('lead.backoff', { nodes: cycle?.nodes ?? 0, until: clock(wait.until ?? 0) })
    return text('lead.unschedulable', { nodes: cycle?.nodes ?? 0 })
  }
  if (wait?.queue === 'gated') return text('lead.gated', { plugins: wait.plugins.join(', ') })
  switch (step.id) {
    case 'asks': case 'stored': return text('lead.asked', { by: view.controller ?? view.by, revision: String(steps[1]?.args['revision'] ?? '') })
    case 'heard': return text('lead.queued')
    case 'decides': return cycle?.decided === true ? text('lead.decided', { node: cycle.node }) : text('lead.deciding', { nodes: cycle?.nodes ?? 0 })
    case 'binds': case 'bound': return text('lead.bound', { node: name })
    case 'kubelet': return text('lead.kubelet', { node: name })
    case 'pulls': {
      if (step.args['why'] === 'present') return text('lead.starting', { node: name, runtime: node?.runtime ?? '', container: String(steps[8]?.args['container'] ?? '') })
      if (image?.waits === true) return text('lead.pullWaits', { node: name })
      return text('lead.pulling', { node: name, left: imageSize(image === undefined ? Number(step.args['bytes'] ?? 0) : image.bytes - image.done) })
    }
    case 'starts': return text('lead.starting', { node: name, runtime: node?.runtime ?? '', container: String(step.args['container'] ?? '') })
    case 'running': return text(view.phase === 'Succeeded' ? 'lead.Succeeded' : 'lead.running', { node: name })
  }
}
