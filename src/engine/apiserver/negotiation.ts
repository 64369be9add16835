import { ApiError, failure } from '../../api'

/** The form an answer takes. `plain`: as in memory, for components in this process. */
export interface AcceptedForm {
  readonly text: 'plain' | 'json' | 'yaml'
  readonly as?: 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList' | 'APIGroupDiscoveryList'
  /** Version of the form: v1, v2. */
  readonly version?: string
}

/**
 * Chooses among the forms a client accepts, first wish first. Nothing asked for: the objects themselves.
 * Throws NotAcceptable. Upstream: apiserver/pkg/endpoints/handlers/negotiation.
 */
export function acceptedForm(accept: string | undefined, forms: readonly string[] = ['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList']): AcceptedForm {
  if (accept === undefined || accept === '') return { text: 'plain' }
  let known = false
  for (const clause of accept.split(',')) {
    const [mediaType = '', ...parameters] = clause.split(';').map((part) => part.trim())
    const options: Record<string, string> = Object.fromEntries(parameters.map((parameter) => {
      const equals = parameter.indexOf('=')
      return equals < 0 ? [parameter, ''] : [parameter.slice(0, equals), parameter.slice(equals + 1).replace(/^"|"$/g, '')]
    }))
    const text = mediaType === 'application/json' || mediaType === '*/*' || mediaType === 'application/*' ? 'json'
      : mediaType === 'application/yaml' || mediaType === 'application/x-yaml' ? 'yaml' : undefined
    if (text === undefined) continue
    known = true
    const as = options['as']
    if (as === undefined) return { text }
    if (forms.includes(as) && (options['v'] === undefined || /^v(1|2|1beta1|2beta1)$/.test(options['v']))) {
      return { text, as: as as NonNullable<AcceptedForm['as']>, ...(options['v'] === undefined ? {} : { version: options['v'] }) }
    }
  }
  if (known) throw new ApiError(failure(406, 'NotAcceptable', 'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf'))
  throw new ApiError(failure(406, 'NotAcceptable', '406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf, application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch', {}))
}
