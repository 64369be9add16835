import type { Answer, Broken, Command, CommandName, Commands, Followed, Frame, FromHost, Progress } from '../../protocol'

/** What the host refused, or could not do. `code` 'lost' means that the worker went away before it answered. */
export class HostError extends Error {
  override readonly name = 'HostError'
  readonly code: 'refused' | 'bad-command' | 'bug' | 'lost'
  readonly status: (Answer & { ok: false })['error']['status']

  constructor(error: { readonly code: HostError['code']; readonly message: string; readonly status?: HostError['status'] }) {
    super(error.message)
    this.code = error.code
    this.status = error.status
  }
}

/** What the UI needs of a host, wherever it runs. */
export interface HostClient {
  /** Sends a command; the promise takes its answer, or a `HostError`. */
  call<Name extends CommandName>(name: Name, take: Commands[Name]['take']): Promise<Commands[Name]['give']>
  /** Called for every frame, in order. */
  onFrame: (frame: Frame) => void
  onProgress: (progress: Progress) => void
  /** Called for what a followed watch tells. */
  onFollowed?: (followed: Followed) => void
  /** The host is gone. Nothing will be answered any more. */
  onBroken: (broken: Broken) => void
  /** Ends the host. */
  close(): void
}

/** The part of a Worker that is used; a test hands in its own. */
export interface WorkerLike {
  postMessage(message: unknown): void
  terminate(): void
  onmessage: ((event: MessageEvent) => void) | null
  onerror: ((event: ErrorEvent) => void) | null
  onmessageerror: ((event: MessageEvent) => void) | null
}

/** A host in a Web Worker. Every command is answered exactly once: by the host, or with 'lost' when the worker stops. */
export class WorkerHost implements HostClient {
  onFrame: (frame: Frame) => void = () => undefined
  onProgress: (progress: Progress) => void = () => undefined
  onFollowed: (followed: Followed) => void = () => undefined
  onBroken: (broken: Broken) => void = () => undefined
  readonly #worker: WorkerLike
  readonly #waiting = new Map<number, { readonly resolve: (give: never) => void; readonly reject: (error: HostError) => void }>()
  #lastId = 0
  #broken: Broken | undefined

  constructor(worker: WorkerLike) {
    this.#worker = worker
    worker.onmessage = (event: MessageEvent) => { this.#take(event.data as FromHost) }
    worker.onerror = (event) => { this.#break({ type: 'broken', message: event.message || 'the worker stopped' }) }
    worker.onmessageerror = () => { this.#break({ type: 'broken', message: 'a message could not be read' }) }
  }

  call<Name extends CommandName>(name: Name, take: Commands[Name]['take']): Promise<Commands[Name]['give']> {
    if (this.#broken) return Promise.reject(new HostError({ code: 'lost', message: this.#broken.message }))
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#worker.postMessage({ type: name, id, take } as Command)
    })
  }

  close(): void {
    this.#end('closed')
    this.#worker.terminate()
  }

  #take(message: FromHost): void {
    switch (message.type) {
      case 'answer': {
        const waiting = this.#waiting.get(message.id)
        this.#waiting.delete(message.id)
        if (message.ok) waiting?.resolve(message.give as never)
        else waiting?.reject(new HostError(message.error))
        return
      }
      case 'frame': this.onFrame(message); return
      case 'progress': this.onProgress(message); return
      case 'followed': this.onFollowed(message); return
      case 'broken': this.#break(message); return
    }
  }

  #break(broken: Broken): void {
    if (this.#broken) return
    this.#broken = broken
    this.#worker.terminate()
    this.#end(broken.message)
    this.onBroken(broken)
  }

  #end(message: string): void {
    this.#broken ??= { type: 'broken', message }
    for (const waiting of this.#waiting.values()) waiting.reject(new HostError({ code: 'lost', message }))
    this.#waiting.clear()
  }
}

/** The host that ships: `src/worker/worker.ts` as a module worker. */
export function startWorkerHost(): HostClient {
  return new WorkerHost(new Worker(new URL('../../worker/worker.ts', import.meta.url), { type: 'module' }))
}
