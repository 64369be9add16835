import type { IncomingMessage } from 'node:http'

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Is this address reached from this machine only? */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.[0-9]{1,3}){3}$/.test(host)
}

/** What a request is refused with when it comes from elsewhere than a page or program of this machine; undefined: it is welcome. */
export type Guard = (request: IncomingMessage) => string | undefined

/**
 * Refuses requests under a foreign name (a page elsewhere that had its name point here: DNS rebinding) and requests that a foreign
 * page makes (Origin). `names`: further host names that are right, when a person opened the server to them.
 */
export function loopbackGuard(names: readonly string[] = []): Guard {
  const known = new Set([...loopbackNames, ...names.map((name) => name.toLowerCase())])
  return ({ headers }) => {
    const { host, origin } = headers
    if (host === undefined || !known.has(hostNameOf(host))) return `the host ${JSON.stringify(String(host).slice(0, 100))} is not this machine`
    if (origin === undefined) return undefined
    // Same scheme, name and port: this server's own pages. "null" (a file, a sandbox) is foreign too.
    return origin.toLowerCase() === `http://${host.toLowerCase()}` ? undefined : `pages from ${JSON.stringify(origin.slice(0, 100))} may not ask here`
  }
}

function hostNameOf(host: string): string {
  return host.toLowerCase().replace(/:[0-9]{1,5}$/, '')
}
