import { ApiError, failure, type FieldError } from '../../api'
import { errorsText } from './field-errors'

/** What errors need to know of a resource. */
export interface GroupResource {
  readonly group: string
  readonly plural: string
}

const qualified = (resource: GroupResource): string => (resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`)
const detailsOf = (resource: GroupResource, name: string): { name?: string; group?: string; kind: string } => ({
  ...(name === '' ? {} : { name }), ...(resource.group === '' ? {} : { group: resource.group }), kind: resource.plural,
})

// The refusals of Kubernetes, in its words. Upstream: apimachinery/pkg/api/errors.

export const badRequest = (message: string): ApiError => new ApiError(failure(400, 'BadRequest', message))

export const notFound = (resource: GroupResource, name: string): ApiError =>
  new ApiError(failure(404, 'NotFound', `${qualified(resource)} "${name}" not found`, detailsOf(resource, name)))

/** The path leads nowhere. */
export const noSuchResource = (): ApiError => new ApiError(failure(404, 'NotFound', 'the server could not find the requested resource', {}))

export const alreadyExists = (resource: GroupResource, name: string): ApiError =>
  new ApiError(failure(409, 'AlreadyExists', `${qualified(resource)} "${name}" already exists`, detailsOf(resource, name)))

/** A generated name was taken every time. Upstream: rest.Create, NewGenerateNameConflict. */
export const generateNameConflict = (resource: GroupResource, name: string): ApiError =>
  new ApiError(failure(409, 'AlreadyExists', `${qualified(resource)} "${name}" already exists, the server was not able to generate a unique name for the object`, { ...detailsOf(resource, name), retryAfterSeconds: 1 }))

export const conflict = (resource: GroupResource, name: string, message: string): ApiError =>
  new ApiError(failure(409, 'Conflict', `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${message}`, detailsOf(resource, name)))

export const modified = (resource: GroupResource, name: string): ApiError =>
  conflict(resource, name, 'the object has been modified; please apply your changes to the latest version and try again')

export const forbidden = (resource: GroupResource, name: string, message: string): ApiError =>
  new ApiError(failure(403, 'Forbidden', `${qualified(resource)}${name === '' ? '' : ` "${name}"`} is forbidden: ${message}`, detailsOf(resource, name)))

export const methodNotAllowed = (): ApiError =>
  new ApiError(failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {}))

export const gone = (message: string): ApiError => new ApiError(failure(410, 'Expired', message))

/** A failure that has a code and a text, but no reason: what upstream returns as a plain error. */
export const plainError = (code: number, message: string): ApiError =>
  new ApiError({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, code })

export const internalError = (message: string): ApiError =>
  new ApiError(failure(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] }))

export const tooManyRequests = (message: string, retryAfterSeconds: number): ApiError =>
  new ApiError(failure(429, 'TooManyRequests', message, { ...(retryAfterSeconds > 0 ? { retryAfterSeconds } : {}) }))

/** An object that cannot be used as it is; `kind` with its group when it has one: Deployment.apps. */
export function invalid(group: string, kind: string, name: string, errors: readonly FieldError[]): ApiError {
  const causes = errors.map((error) => ({ reason: error.reason, message: error.message, field: error.field }))
  const shownKind = group === '' ? kind : `${kind}.${group}`
  return new ApiError(failure(422, 'Invalid', `${shownKind} "${name}" is invalid: ${errorsText(errors)}`, {
    ...(name === '' ? {} : { name }), ...(group === '' ? {} : { group }), ...(kind === '' ? {} : { kind }), causes,
  }))
}
