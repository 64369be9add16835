import type { Status, StatusCause } from './types'

/** One wrong field, as field.Error upstream: `detail` is the text behind the path ("Required value"). */
export interface FieldError {
  /** FieldValueRequired, FieldValueInvalid, FieldValueNotSupported, FieldValueForbidden, FieldValueDuplicate, FieldValueTooLong, FieldValueTypeInvalid ... */
  readonly reason: string
  /** spec.containers[0].image */
  readonly field: string
  /** Text without the path, as in a StatusCause. */
  readonly message: string
}

/** What a request was refused with. Expected, and data: everything a client may learn is in `status`. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: Status

  constructor(status: Status) {
    super(status.message ?? status.reason ?? 'unknown error')
    this.status = status
  }

  get code(): number {
    return this.status.code ?? 500
  }

  get reason(): string {
    return this.status.reason ?? ''
  }

  static is(error: unknown, reason?: string): error is ApiError {
    return error instanceof ApiError && (reason === undefined || error.reason === reason)
  }
}

/** A failure Status object. `details.causes` come from field errors. */
export function failure(
  code: number, reason: string, message: string,
  details?: { readonly group?: string; readonly kind?: string; readonly name?: string; readonly uid?: string; readonly causes?: readonly StatusCause[]; readonly retryAfterSeconds?: number },
): Status {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, ...(details ? { details } : {}), code }
}
