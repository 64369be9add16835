const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Standard base64 of bytes. */
export function base64OfBytes(bytes: ArrayLike<number>): string {
  let out = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b = 0, c = 0] = [bytes[i], bytes[i + 1], bytes[i + 2]]
    out += digits.charAt(a >> 2) + digits.charAt(((a & 3) << 4) | (b >> 4))
    out += i + 1 < bytes.length ? digits.charAt(((b & 15) << 2) | (c >> 6)) : '='
    out += i + 2 < bytes.length ? digits.charAt(c & 63) : '='
  }
  return out
}

/** Text as base64 of its UTF-8 bytes. */
export function base64OfText(text: string): string {
  const bytes: number[] = []
  for (const character of text) {
    const code = character.codePointAt(0) as number
    if (code < 0x80) bytes.push(code)
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63))
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
    else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
  }
  return base64OfBytes(bytes)
}

/** The bytes that base64 stands for, each as one character. Characters that are no digits are passed over. */
export function bytesOfBase64(text: string): string {
  let bits = 0
  let count = 0
  let out = ''
  for (const character of text) {
    const digit = digits.indexOf(character)
    if (digit < 0) continue
    bits = ((bits << 6) | digit) & 0xffff
    count += 6
    if (count < 8) continue
    count -= 8
    out += String.fromCharCode((bits >> count) & 255)
  }
  return out
}
