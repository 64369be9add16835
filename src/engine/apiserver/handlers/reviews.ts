import { timeText, virtualMs, type ApiObject, type BoundObjectReference, type Pod, type SubjectAccessReview, type TokenRequest } from '../../../api'
import { objectAnswer, now, writeOptions, type Answer, type Call, type Server } from '../call'
import { badRequest, conflict, invalid, notFound } from '../errors'
import { FieldErrors } from '../field-errors'
import type { Kind } from '../kinds/kind'
import { bodyKinds } from '../kinds/table'
import { bodyOf } from './write'

// Questions about who one is and what one may do. Everyone may do everything; roles are stored, not enforced.

/** Who asks: without a token it is the cluster's administrator. */
export const adminUser = { username: 'admin', uid: 'admin-uid', groups: ['system:masters', 'system:authenticated'] }

export function review(server: Server, call: Call): Answer {
  const { kind } = call
  const options = writeOptions(call, 'CreateOptions')
  const given = server.pipeline.decode(kind, bodyOf(call), options)
  const { metadata: _, ...object } = given
  const errors = new FieldErrors()
  switch (kind.resource.kind) {
    case 'SelfSubjectReview':
      return objectAnswer(call, { ...object, metadata: { creationTimestamp: now(server) }, status: { userInfo: adminUser } } as unknown as ApiObject, 201)
    case 'TokenReview': {
      const { spec } = given as unknown as { readonly spec: { readonly token?: string } }
      if ((spec.token ?? '') === '') errors.invalid('spec.token', '', 'token is required for TokenReview in authentication')
      if (errors.any) throw invalid('authentication.k8s.io', 'TokenReview', '', errors.list)
      const user = userOfToken(spec.token ?? '')
      return objectAnswer(call, { ...object, metadata: {}, status: user === undefined ? { authenticated: false, user: {}, error: 'invalid bearer token' } : { authenticated: true, user } } as unknown as ApiObject, 201)
    }
    case 'SelfSubjectRulesReview':
      if (((given['spec'] as { readonly namespace?: string } | undefined)?.namespace ?? '') === '') throw badRequest('no namespace on request')
      return objectAnswer(call, {
        ...object, metadata: {}, spec: {},
        status: { resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }], nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }], incomplete: false },
      } as unknown as ApiObject, 201)
    default: {
      const { spec } = given as unknown as SubjectAccessReview
      if ((spec.resourceAttributes === undefined) === (spec.nonResourceAttributes === undefined)) {
        errors.invalid('spec', null, 'exactly one of nonResourceAttributes or resourceAttributes must be specified')
      }
      if (kind.resource.kind !== 'SelfSubjectAccessReview' && (spec.user ?? '') === '' && (spec.groups?.length ?? 0) === 0) {
        errors.invalid('spec.user', spec.user ?? '', 'at least one of user or group must be specified')
      }
      if (kind.resource.kind === 'LocalSubjectAccessReview' && spec.resourceAttributes?.namespace !== call.info.namespace) {
        throw badRequest(`spec.resourceAttributes.namespace must match namespace: ${call.info.namespace}`)
      }
      if (errors.any) throw invalid('authorization.k8s.io', '', '', errors.list)
      return objectAnswer(call, { ...object, metadata: {}, status: { allowed: true } } as unknown as ApiObject, 201)
    }
  }
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const issuer = 'https://kubernetes.default.svc.cluster.local'

function base64Url(text: string): string {
  let out = ''
  for (let i = 0; i < text.length; i += 3) {
    const [a, b, c] = [text.charCodeAt(i), text.charCodeAt(i + 1), text.charCodeAt(i + 2)]
    out += alphabet.charAt((a >> 2) & 63) + alphabet.charAt(((a & 3) << 4) | (Number.isNaN(b) ? 0 : (b >> 4) & 15))
    if (!Number.isNaN(b)) out += alphabet.charAt(((b & 15) << 2) | (Number.isNaN(c) ? 0 : (c >> 6) & 3))
    if (!Number.isNaN(c)) out += alphabet.charAt(c & 63)
  }
  return out
}

function fromBase64Url(text: string): string {
  let bits = 0
  let count = 0
  let out = ''
  for (const character of text) {
    const digit = alphabet.indexOf(character)
    if (digit < 0) return ''
    bits = ((bits << 6) | digit) & 0xffff
    count += 6
    if (count >= 8) {
      count -= 8
      out += String.fromCharCode((bits >> count) & 255)
    }
  }
  return out
}

const header = base64Url(JSON.stringify({ alg: 'RS256', kid: 'berth' }))

/** Whom a token of this server names; `undefined` for any other text. Nothing is signed: it opens nothing but this simulation. */
export function userOfToken(token: string): { readonly username: string; readonly uid: string; readonly groups: readonly string[] } | undefined {
  const [head, payload = '', signature] = token.split('.')
  if (head !== header || signature === undefined) return undefined
  try {
    const claims = JSON.parse(fromBase64Url(payload)) as { readonly sub?: unknown; readonly uid?: unknown }
    if (typeof claims.sub !== 'string') return undefined
    const namespace = claims.sub.split(':')[2] ?? ''
    return { username: claims.sub, uid: typeof claims.uid === 'string' ? claims.uid : '', groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'] }
  } catch {
    return undefined
  }
}

const tokenSecondsMin = 600
const tokenSecondsMax = 2 ** 32

/** What a token lives and dies with must be there. */
function checkBound(server: Server, { info }: Call, { apiVersion = '', kind = '', name = '', uid = '' }: BoundObjectReference): void {
  const plural = apiVersion === 'v1' ? { Pod: 'pods', Secret: 'secrets', Node: 'nodes' }[kind] : undefined
  if (plural === undefined) {
    const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion]
    throw badRequest(`cannot bind token to object of type ${group}/${version}, Kind=${kind}`)
  }
  const bound = server.kinds.ofPath('', 'v1', plural) as Kind
  const object = server.storage.get(bound, bound.resource.namespaced ? info.namespace : '', name)
  if (object === undefined) throw notFound(bound.resource, name)
  if (kind === 'Pod' && (object as unknown as Pod).spec?.serviceAccountName !== info.name) throw badRequest(`cannot bind token for serviceaccount ${JSON.stringify(info.name)} to pod running with different serviceaccount name.`)
  if (uid !== '' && uid !== object.metadata.uid) throw conflict({ group: '', plural: kind }, name, `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`)
}

/** A token for a service account. Upstream: pkg/registry/core/serviceaccount/storage/token.go. */
export function createToken(server: Server, call: Call): Answer {
  const { info, kind } = call
  const requestKind = bodyKinds().tokenRequest
  const options = writeOptions(call, 'CreateOptions')
  const account = server.storage.get(kind, info.namespace, info.name)
  const given = server.pipeline.decode(requestKind, bodyOf({ ...call, kind: requestKind }), options) as unknown as TokenRequest
  if (account === undefined) throw notFound(kind.resource, info.name)
  if (given.metadata.name !== undefined && given.metadata.name !== info.name) throw badRequest(`the name in URL (${info.name}) does not match the name in the TokenRequest (${given.metadata.name})`)
  const spec = given.spec ?? { audiences: [] }
  const seconds = spec.expirationSeconds ?? 3_600
  const errors = new FieldErrors()
  if (seconds < tokenSecondsMin) errors.invalid('spec.expirationSeconds', seconds, 'may not specify a duration less than 10 minutes')
  if (seconds > tokenSecondsMax) errors.invalid('spec.expirationSeconds', seconds, 'may not specify a duration larger than 2^32 seconds')
  if (errors.any) throw invalid('authentication.k8s.io', 'TokenRequest', '', errors.list)
  if (spec.boundObjectRef !== undefined && spec.boundObjectRef !== null) checkBound(server, call, spec.boundObjectRef)
  const audiences = (spec.audiences?.length ?? 0) > 0 ? spec.audiences : [issuer]
  const nowMs = server.context.now()
  const issued = Math.floor(nowMs / 1000)
  const claims = {
    aud: audiences, exp: issued + seconds, iat: issued, iss: issuer, jti: server.context.random.uuid(), sub: `system:serviceaccount:${info.namespace}:${info.name}`, uid: account.metadata.uid ?? '',
  }
  const token = `${header}.${base64Url(JSON.stringify(claims))}.${server.context.random.text(43, alphabet)}`
  return objectAnswer({ ...call, kind: requestKind }, {
    kind: 'TokenRequest', apiVersion: 'authentication.k8s.io/v1',
    metadata: { name: info.name, namespace: info.namespace, ...(account.metadata.uid === undefined ? {} : { uid: account.metadata.uid }), creationTimestamp: now(server) },
    spec: { audiences, expirationSeconds: seconds, boundObjectRef: spec.boundObjectRef ?? null },
    status: { token, expirationTimestamp: timeText(virtualMs(nowMs + seconds * 1000)) },
  } as unknown as ApiObject, 201)
}
