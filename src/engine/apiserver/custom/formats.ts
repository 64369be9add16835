import { virtualOf } from '../../../api'
import { dnsLabel, dnsSubdomain, isCidr, isIPv4, isIPv6 } from '../names'

// The formats of texts that are checked; any other name is only a note. Upstream: kube-openapi/pkg/validation/strfmt.

const date = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/
const dateTime = /^(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?([Zz]|[+-][0-2]\d:?[0-5]\d)$/
const goDuration = /^[+-]?(\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))*$/
const wordyDuration = /^((\d+)\s*(ns|nanos?|nanoseconds?|us|micros?|microseconds?|ms|millis?|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?))$/i
const hostname = /^([a-zA-Z0-9\u0080-\u{10ffff}]|[a-zA-Z0-9\u0080-\u{10ffff}][a-zA-Z0-9\u0080-\u{10ffff}-]{0,61}[a-zA-Z0-9\u0080-\u{10ffff}])(\.([a-zA-Z0-9\u0080-\u{10ffff}]|[a-zA-Z0-9\u0080-\u{10ffff}][a-zA-Z0-9\u0080-\u{10ffff}-]{0,61}[a-zA-Z0-9\u0080-\u{10ffff}]))*$/u
const uuid = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i

function isDate(text: string): boolean {
  return date.test(text) && !Number.isNaN(virtualOf(`${text}T00:00:00Z`)) && daysFit(text)
}

/** No 31st of April. */
function daysFit(text: string): boolean {
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split('-').map(Number)
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  return day <= (month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31)
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text)
}

const checks: Readonly<Record<string, (text: string) => boolean>> = {
  bsonobjectid: (text) => /^[0-9a-fA-F]{24}$/.test(text),
  uri: (text) => /^[a-zA-Z][a-zA-Z0-9+.-]*:[^\s]*$/.test(text) || /^\/[^\s]*$/.test(text),
  email: (text) => /^[^\s@<>()]+@[^\s@<>()]+$/.test(text),
  hostname: (text) => text.length <= 255 && hostname.test(text),
  ipv4: isIPv4,
  ipv6: isIPv6,
  cidr: isCidr,
  mac: (text) => /^([0-9a-fA-F]{2}([:-])([0-9a-fA-F]{2}\2){4}[0-9a-fA-F]{2}|([0-9a-fA-F]{4}\.){2}[0-9a-fA-F]{4})$/.test(text),
  uuid: (text) => uuid.test(text),
  uuid3: (text) => uuid.test(text) && /^.{8}-?.{4}-?3/.test(text),
  uuid4: (text) => uuid.test(text) && /^.{8}-?.{4}-?4.{3}-?[89ab]/i.test(text),
  uuid5: (text) => uuid.test(text) && /^.{8}-?.{4}-?5.{3}-?[89ab]/i.test(text),
  hexcolor: (text) => /^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/.test(text),
  rgbcolor: (text) => /^rgb\(\s*(\d{1,2}|1\d\d|2[0-4]\d|25[0-5])\s*,\s*(\d{1,2}|1\d\d|2[0-4]\d|25[0-5])\s*,\s*(\d{1,2}|1\d\d|2[0-4]\d|25[0-5])\s*\)$/.test(text),
  byte: isBase64,
  password: () => true,
  date: isDate,
  duration: (text) => text === '0' || goDuration.test(text) || wordyDuration.test(text),
  datetime: (text) => dateTime.test(text) && daysFit(text),
  k8sshortname: (text) => dnsLabel(text).length === 0,
  k8slongname: (text) => dnsSubdomain(text).length === 0,
}

/** Known by name; what they stand for is not looked at. */
const others = new Set(['int32', 'int64', 'float', 'double', 'isbn', 'isbn10', 'isbn13', 'creditcard', 'ssn'])

const plain = (format: string): string => format.replaceAll('-', '')

/** Whether anybody knows a format. */
export function isKnownFormat(format: string): boolean {
  return Object.hasOwn(checks, plain(format)) || others.has(plain(format))
}

/** Whether a text keeps a format; true for formats nobody knows. */
export function keepsFormat(format: string, text: string): boolean {
  const name = plain(format)
  return !Object.hasOwn(checks, name) || (checks[name] as (text: string) => boolean)(text)
}
