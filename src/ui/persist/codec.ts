import { deflateSync, gzipSync, Inflate, Gunzip, strFromU8, strToU8 } from 'fflate'

/** A link longer than this is cut by mail programs and chats. Characters of the fragment. */
export const linkCharsMax = 8_000
/** What a fragment may grow to: a session is text of a few kilobytes; whatever grows further is no session. */
const linkBytesMax = 8 * 1024 * 1024
/** What a link may have to be gone through again, in events: some seconds. More belongs into a file, which has a moment near its end. */
const linkEventsMax = 100_000
const fileBytesMax = 512 * 1024 * 1024
const chunkBytes = 16 * 1024

/** A fragment or file that holds no session, or one too large to be real. */
export class SavedTextError extends Error {
  override readonly name = 'SavedTextError'
}

/**
 * The session as a piece of an address: with what it was begun with and all that was done, without the moments on the way, which
 * follow from these. Undefined when it does not fit.
 */
export function toFragment(saved: string): string | undefined {
  const { value, events } = withoutCheckpoint(saved)
  if (events > linkEventsMax) return undefined
  const text = base64UrlOf(deflateSync(strToU8(JSON.stringify(value)), { level: 9 }))
  return text.length > linkCharsMax ? undefined : text
}

/**
 * The session of a fragment. Throws `SavedTextError` for anything else; never holds more than a session may take. What it says is
 * worked out anew from its beginning: a state of the cluster is not taken from a stranger.
 */
export function fromFragment(fragment: string): string {
  if (fragment.length > linkCharsMax * 2 || !/^[\w-]+$/.test(fragment)) throw new SavedTextError('this link holds no session')
  const { value, events } = withoutCheckpoint(textOf(inflated(bytesOf(fragment), (sink) => new Inflate(sink), linkBytesMax)))
  if (events > linkEventsMax) throw new SavedTextError(`this link wants ${events} events to be gone through; at most ${linkEventsMax} are`)
  return JSON.stringify(value)
}

/** A saved session (`SavedSession` of the host) without what only makes opening it quick. */
function withoutCheckpoint(saved: string): { readonly value: object; readonly events: number } {
  let value: Record<string, unknown>
  try {
    value = JSON.parse(saved) as Record<string, unknown>
  } catch {
    throw new SavedTextError('this is no saved session')
  }
  const { checkpoint: _checkpoint, known: _known, messages: _messages, workloads: _workloads, ...rest } = value
  const { event } = (rest['end'] ?? {}) as { readonly event?: unknown }
  return { value: rest, events: typeof event === 'number' ? event : 0 }
}

export function toFile(saved: string): Uint8Array<ArrayBuffer> {
  return gzipSync(strToU8(saved), { level: 6 }) as Uint8Array<ArrayBuffer>
}

/** The session of a file, packed or plain. Throws `SavedTextError`. */
export function fromFile(bytes: Uint8Array): string {
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b
  return textOf(packed ? inflated(bytes, (sink) => new Gunzip(sink), fileBytesMax) : bytes)
}

/** Unpacked a piece at a time, so that a bomb is noticed before it has gone off. */
function inflated(bytes: Uint8Array, make: (sink: (chunk: Uint8Array) => void) => { push(chunk: Uint8Array, final: boolean): void }, max: number): Uint8Array {
  const chunks: Uint8Array[] = []
  let length = 0
  const stream = make((chunk) => {
    length += chunk.length
    if (length > max) throw new SavedTextError('this grows to more than a session can be')
    chunks.push(chunk)
  })
  try {
    for (let at = 0; at < bytes.length; at += chunkBytes) stream.push(bytes.subarray(at, at + chunkBytes), at + chunkBytes >= bytes.length)
  } catch (error) {
    if (error instanceof SavedTextError) throw error
    throw new SavedTextError('this is no packed session, or it is damaged')
  }
  const whole = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}

function textOf(bytes: Uint8Array): string {
  const text = strFromU8(bytes)
  if (!text.startsWith('{')) throw new SavedTextError('this is no saved session')
  return text
}

function base64UrlOf(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function bytesOf(text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0))
  } catch {
    throw new SavedTextError('this link holds no session')
  }
}
