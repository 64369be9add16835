import type { CommandName, Commands, Frame, SavedText } from '../../protocol'
import { virtualMs } from '../../api'
import { HostError, type HostClient } from '../store'

type Answers = { readonly [Name in CommandName]?: (take: Commands[Name]['take']) => Commands[Name]['give'] | Promise<Commands[Name]['give']> }

/** A host for tests of the UI: answers what it was told to answer, and keeps what it was asked. */
export class FakeHost implements HostClient {
  onFrame: HostClient['onFrame'] = () => undefined
  onProgress: HostClient['onProgress'] = () => undefined
  onBroken: HostClient['onBroken'] = () => undefined
  closed = false
  readonly asked: { readonly name: CommandName; readonly take: unknown }[] = []
  readonly #answers: Answers

  constructor(answers: Answers = {}) {
    this.#answers = answers
  }

  async call<Name extends CommandName>(name: Name, take: Commands[Name]['take']): Promise<Commands[Name]['give']> {
    this.asked.push({ name, take })
    const answer = this.#answers[name] as ((take: Commands[Name]['take']) => Commands[Name]['give'] | Promise<Commands[Name]['give']>) | undefined
    if (!answer) throw new HostError({ code: 'refused', message: `nobody told the fake host what to say to ${name}` })
    return answer(take)
  }

  close(): void {
    this.closed = true
  }

  count(name: CommandName): number {
    return this.asked.filter((one) => one.name === name).length
  }
}

/** What a host says to `save`. */
export function savedText(saved = '{}', part: Partial<SavedText> = {}): SavedText {
  return { saved, scenario: 'shop-rollout', seed: 1, own: 0, session: 1, ...part }
}

/** A frame of an empty cluster, with what is given. */
export function frame(part: Partial<Frame> = {}): Frame {
  return {
    type: 'frame', seq: 1, scenario: 'shop-rollout', seed: 1, position: { event: 10, beat: 0 }, end: { event: 10, beat: 0 }, now: virtualMs(14_320), revision: 148, lastRevision: 148,
    running: false, speed: 1, unit: 'event', ...part,
  }
}
