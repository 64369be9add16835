import { epochUnixMs, type ApiRequest, type ApiResponse } from '../../api'
import { CommandError, Interrupted, type Environment } from '../../kubectl'
import { readManifests, writeYaml } from '../../manifest'
import { HostError, inThePast, type Session } from '../store'

export interface ShellIo {
  out(line: string): void
  error(line: string): void
  /** Said once when a command waits for a clock that stands still. */
  still(): void
  readFile(name: string): string | undefined
}

/** How long a waiting command sleeps when nothing changes, so that it notices a timeout of virtual time. Real milliseconds. */
const tickMs = 250

/** The list of groups and kinds, schemas, the version: what kubectl reads before it asks what it was told to. */
function isDiscovery(path: string): boolean {
  return path === '/api' || path === '/apis' || path === '/version' || path.startsWith('/openapi/')
}

/** The open cluster as kubectl's environment. `interrupt` ends what is waiting. */
export function shellOf(session: Session, io: ShellIo): { readonly environment: Environment; readonly interrupt: () => void } {
  const waiting = new Set<(error: Error) => void>()
  let toldStill = false

  const request = async (asked: ApiRequest): Promise<ApiResponse> => {
    // Looking at the past must not begin a branch, and asking what there is to ask for is nothing to watch: both are no part of the history.
    if (asked.method === 'GET' && (inThePast(session.view.getState()) || isDiscovery(asked.path))) {
      return session.call('read', { path: asked.path, ...(asked.query ? { query: asked.query } : {}), ...(asked.headers ? { headers: asked.headers } : {}) })
    }
    return session.call('request', { request: asked })
  }

  const change = (): Promise<void> => new Promise((resolve, reject) => {
    const { now, revision, running } = session.view.getState()
    if (!running && !toldStill) {
      toldStill = true
      io.still()
    }
    const end = (): void => {
      unsubscribe()
      clearTimeout(timer)
      waiting.delete(give)
    }
    const give = (error: Error): void => { end(); reject(error) }
    const unsubscribe = session.view.subscribe((view) => {
      if (view.revision === revision && view.now === now) return
      end()
      resolve()
    })
    const timer = setTimeout(() => { end(); resolve() }, tickMs)
    waiting.add(give)
  })

  return {
    environment: {
      request, change,
      now: () => epochUnixMs + session.view.getState().now,
      descriptions: async () => {
        const { describeField } = await import('virtual:kubernetes-descriptions')
        return describeField
      },
      etcd: (query) => session.call('etcd', query),
      faults: {
        list: async () => {
          const { active, controllers } = await session.call('faults', {})
          return { controllers, active: active.map(({ kind, subject, since, until }) => ({ kind, ...(subject === undefined ? {} : { subject }), sinceUnixMs: epochUnixMs + since, ...(until === undefined ? {} : { untilUnixMs: epochUnixMs + until }) })) }
        },
        change: async (fault) => {
          try {
            await session.call('fault', fault)
          } catch (error) {
            if (error instanceof HostError && error.code !== 'lost') throw new CommandError(`error: ${error.message}`)
            throw error
          }
        },
      },
      traffic: {
        send: async (traffic) => {
          try {
            return await session.call('send', traffic)
          } catch (error) {
            // What is no address was never sent: the program says so in its own words.
            if (error instanceof HostError && error.code === 'refused') return { first: 0, count: 0, outcomes: {}, records: [] }
            throw error
          }
        },
        resolve: (name, from) => session.call('resolve', { name, from }),
      },
      readFile: io.readFile,
      out: io.out,
      error: io.error,
      readObjects: (text, file) => {
        const { documents, problems } = readManifests(text, { file })
        return { objects: documents.map((document) => document.object), problems }
      },
      writeYaml: (object) => writeYaml(object as Parameters<typeof writeYaml>[0]),
    },
    interrupt: () => { for (const give of [...waiting]) give(new Interrupted('Ctrl+C')) },
  }
}
