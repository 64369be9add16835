import { epochUnixMs } from '../../api'
import { Interrupted, runCommandLine } from '../../kubectl'
import { readManifests, writeYaml } from '../../manifest'
import { tellError, type Session } from '../store'

/**
 * Does what a kubectl would do at this line, with its requests; reading is no part of the history. What it complains of stands in the
 * caption. True when it ended well.
 */
export async function runKubectl(session: Session, line: string, namespace: string): Promise<boolean> {
  const errors: string[] = []
  try {
    const status = await runCommandLine(line, {
      request: (asked) => (asked.method === 'GET'
        ? session.call('read', { path: asked.path, ...(asked.query ? { query: asked.query } : {}), ...(asked.headers ? { headers: asked.headers } : {}) })
        : session.call('request', { request: asked })),
      change: () => Promise.reject(new Interrupted('nothing here waits')),
      now: () => epochUnixMs + session.view.getState().now,
      readFile: () => undefined,
      out: () => undefined,
      error: (text) => { errors.push(text) },
      readObjects: (text, file) => {
        const { documents, problems } = readManifests(text, { file })
        return { objects: documents.map((document) => document.object), problems }
      },
      writeYaml: (object) => writeYaml(object as Parameters<typeof writeYaml>[0]),
    }, namespace)
    if (status === 0) {
      session.ui.setState({ notice: undefined })
      return true
    }
    session.ui.setState({ notice: { text: errors.join(' '), tone: 'no' } })
  } catch (error) {
    tellError(session, error)
  }
  return false
}
