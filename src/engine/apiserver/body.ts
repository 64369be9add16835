import { LineCounter, parseDocument, YAMLParseError, type Tags } from 'yaml'
import { ApiError, failure, type ApiRequest } from '../../api'
import { noteJson, noteYaml } from './body-notes'
import { badRequest } from './errors'
import { maxDepth, type Fields } from './draft'
import { JsonScanner, ScanProblem } from './json-scanner'

/** Upstream: --max-request-body-bytes. */
const bodyBytesMax = 3 * 1024 * 1024
const accepted = 'application/json, application/yaml, application/vnd.kubernetes.protobuf'

export const tooLarge = (): ApiError => new ApiError(failure(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${bodyBytesMax}`))

const plainTypes = new Set(['application/json', 'application/json-patch+json', 'application/merge-patch+json', 'application/strategic-merge-patch+json', 'application/apply-patch+yaml'])

/** Media type of a request's body, without parameters. */
export function contentType(request: ApiRequest): string {
  const named = request.headers?.['content-type']
  if (named === undefined) return 'application/json'
  return plainTypes.has(named) ? named : named.split(';')[0]?.trim().toLowerCase() ?? ''
}

/**
 * A body as a JSON tree. Objects are taken as they are (and must not be changed); text is read in the Content-Type's format.
 * Throws UnsupportedMediaType, RequestEntityTooLarge, or whatever `fail` makes of a text that cannot be read.
 */
export function readBody(request: ApiRequest, fail: (problem: string) => ApiError): unknown {
  const type = contentType(request)
  if (!plainTypes.has(type) && !/^application\/(json|yaml|x-yaml|apply-patch\+yaml|[a-z-]*patch\+json)$/.test(type)) {
    throw new ApiError(failure(415, 'UnsupportedMediaType', `the body of the request was in an unknown format - accepted media types include: ${accepted}`))
  }
  const { body } = request
  if (typeof body !== 'string') {
    checkTree(body)
    return body
  }
  if (body.length > bodyBytesMax) throw tooLarge()
  if (type.includes('yaml')) return readYaml(body, fail)
  const tree = readJson(body, fail)
  checkTree(tree)
  noteJson(tree, body)
  return tree
}

function readJson(text: string, fail: (problem: string) => ApiError): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw fail(`couldn't get version/kind; json parse error: ${jsonProblem(text)}`)
  }
}

/**
 * What plain words mean to the server: YAML 1.1, where y, on and no are truth values (as keys: "true" and "false") and 017 is octal;
 * but times and sexagesimal numbers stay texts. Upstream: go-yaml v2, resolve.
 */
function goTags(tags: Tags): Tags {
  const left = new Set(['timestamp', 'binary', 'omap', 'pairs', 'set'].map((name) => `tag:yaml.org,2002:${name}`))
  return tags.filter((tag) => typeof tag === 'string' || (!left.has(tag.tag) && !('format' in tag && tag.format === 'TIME')))
}

function readYaml(text: string, fail: (problem: string) => ApiError): unknown {
  try {
    const lineCounter = new LineCounter()
    const document = parseDocument(text, { version: '1.1', customTags: goTags, uniqueKeys: false, logLevel: 'error', lineCounter })
    const [problem] = document.errors
    if (problem !== undefined) throw problem
    // Aliases are counted, so that a small text cannot become a large tree.
    const tree: unknown = document.toJS({ maxAliasCount: 100 })
    checkTree(tree)
    noteYaml(tree, document, lineCounter)
    return tree
  } catch (error) {
    if (error instanceof ApiError) throw error
    const line = error instanceof YAMLParseError ? error.linePos?.[0].line : undefined
    throw fail(`yaml: ${line === undefined ? '' : `line ${line}: `}${yamlProblem(error)}`)
  }
}

function yamlProblem(error: unknown): string {
  if (!(error instanceof YAMLParseError)) return error instanceof Error ? error.message : 'cannot be read'
  switch (error.code) {
    case 'BAD_INDENT': case 'MISSING_CHAR': case 'UNEXPECTED_TOKEN': return 'did not find expected node content'
    case 'TAB_AS_INDENT': return 'found character that cannot start any token'
    default: return error.message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? 'cannot be read'
  }
}

/** What Go's decoder says of a text that is no JSON. */
export function jsonProblem(text: string): string {
  try {
    new JsonScanner(text).scan()
  } catch (error) {
    if (error instanceof ScanProblem) return error.message
    throw error
  }
  return 'unexpected end of JSON input'
}

/** Refuses what is nested too deep (or in itself) and what is too large, before anything walks it in earnest. */
export function checkTree(body: unknown): void {
  spend(body, 0, bodyBytesMax)
}

/** What is left of a budget of characters after a tree. */
function spend(value: unknown, depth: number, budget: number): number {
  let left = budget - (typeof value === 'string' ? value.length + 2 : 2)
  if (left < 0) throw tooLarge()
  if (typeof value !== 'object' || value === null) return left
  if (depth > maxDepth) throw badRequest('error decoding: exceeded max depth')
  if (Array.isArray(value)) {
    for (const item of value as readonly unknown[]) left = spend(item, depth + 1, left)
    return left
  }
  for (const key in value) {
    const member = (value as Fields)[key]
    left -= key.length + 3
    left = spend(member, depth + 1, left)
  }
  return left
}
