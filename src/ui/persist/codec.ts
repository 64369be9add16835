import { deflateSync, gzipSync, Inflate, Gunzip, strFromU8, strToU8 } from 'fflate'

/** A link longer than this is cut by mail programs and chats. Characters of the fragment. */
export const linkCharsMax = 8_000
/** What a fragment may grow to: a session is text of a few kilobytes; whatever grows further is no session. */
const linkBytesMax = 8 * 1024 * 1024
const fileBytesMax = 512 * 1024 * 1024
const chunkBytes = 16 * 1024

/** A fragment or file that holds no session, or one too large to be real. */
export class SavedTextError extends Error {
  override readonly name = 'SavedTextError'
}

/** The session as a piece of an address; undefined when it does not fit. */
export function toFragment(saved: string): string | undefined {
  const bytes = deflateSync(strToU8(saved), { level: 9 })
  const text = base64UrlOf(bytes)
  return text.length > linkCharsMax ? undefined : text
}

/** The session of a fragment. Throws `SavedTextError` for anything else; never holds more than a session may take. */
export function fromFragment(fragment: string): string {
  if (fragment.length > linkCharsMax * 2 || !/^[\w-]+$/.test(fragment)) throw new SavedTextError('this link holds no session')
  return textOf(inflated(bytesOf(fragment), (sink) => new Inflate(sink), linkBytesMax))
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
