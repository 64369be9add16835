import { createHash } from 'node:crypto'
import { readFile, realpath, stat } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join, sep } from 'node:path'
import { gzipSync } from 'node:zlib'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.mjs': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8', '.map': 'application/json; charset=utf-8', '.webmanifest': 'application/manifest+json', '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml', '.png': 'image/png', '.jpg': 'image/jpeg', '.jpeg': 'image/jpeg', '.webp': 'image/webp', '.ico': 'image/x-icon',
  '.woff': 'font/woff', '.woff2': 'font/woff2', '.ttf': 'font/ttf', '.wasm': 'application/wasm',
}
const compressible = /^(?:text\/|application\/(?:json|manifest)|image\/svg)/

interface File {
  readonly bytes: Buffer
  readonly gzip: Buffer | undefined
  readonly type: string
  readonly etag: string
  readonly modified: number
}

/** Answers GET and HEAD with the files of a folder, and with nothing outside it. `head` is put into the head of every page. */
export function staticFiles(root: string, head = ''): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const files = new Map<string, File>()

  const load = async (path: string): Promise<File | undefined> => {
    const base = await realpath(root)
    const full = await realpath(join(base, path)).catch(() => undefined)
    // A link that leads out of the folder leads nowhere.
    if (full === undefined || !(full === base || full.startsWith(base + sep))) return undefined
    const facts = await stat(full)
    if (!facts.isFile()) return undefined
    const known = files.get(full)
    if (known !== undefined && known.modified === facts.mtimeMs) return known
    const type = types[extname(full).toLowerCase()] ?? 'application/octet-stream'
    const read = await readFile(full)
    const bytes = head !== '' && type.startsWith('text/html') ? Buffer.from(read.toString('utf8').replace('</head>', `${head}</head>`)) : read
    const gzip = compressible.test(type) && bytes.length > 1_000 ? gzipSync(bytes) : undefined
    const file = { bytes, gzip, type, etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`, modified: facts.mtimeMs }
    files.set(full, file)
    return file
  }

  return async (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(response, 405, 'only GET and HEAD are answered here', { allow: 'GET, HEAD' })
    const path = pathOf(request.url ?? '/')
    if (path === undefined) return answer(response, 400, 'this address cannot be read')
    const file = await load(path.endsWith('/') ? `${path}index.html` : path)
    if (file === undefined) return answer(response, 404, 'there is no such page')
    const headers: Record<string, string> = {
      'content-type': file.type, etag: file.etag, 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'cross-origin-resource-policy': 'same-origin',
      // Names under assets/ carry a hash of what is in them; everything else is asked for again.
      'cache-control': path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache', vary: 'accept-encoding',
    }
    if (request.headers['if-none-match'] === file.etag) {
      response.writeHead(304, headers).end()
      return
    }
    const zipped = file.gzip !== undefined && /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? '')) ? file.gzip : undefined
    if (zipped !== undefined) headers['content-encoding'] = 'gzip'
    const body = zipped ?? file.bytes
    headers['content-length'] = String(body.length)
    response.writeHead(200, headers).end(request.method === 'HEAD' ? undefined : body)
  }
}

export function answer(response: ServerResponse, status: number, text: string, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff', ...headers }).end(`${text}\n`)
}

/** The path of an address, decoded; undefined when it is none, or tries to climb. */
function pathOf(url: string): string | undefined {
  try {
    const path = decodeURIComponent(url.split(/[?#]/, 1)[0] ?? '')
    if (!path.startsWith('/') || path.includes('\0') || path.includes('\\') || path.split('/').some((part) => part === '..' || part === '.')) return undefined
    return path
  } catch {
    return undefined
  }
}
