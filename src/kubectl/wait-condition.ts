import type { ApiObject } from '../api'
import { CommandError } from './environment'
import { parseJsonPath, valuesOf } from './jsonpath'

/** What `kubectl wait --for` waits for. Upstream: kubectl wait, conditionFuncFor. */
export interface WaitCondition {
  readonly onDeletion: boolean
  test(object: ApiObject | undefined): boolean
}

export function holdsFor(text: string): WaitCondition {
  const lower = text.toLowerCase()
  if (lower === 'delete') return { onDeletion: true, test: (object) => object === undefined }
  if (lower === 'create') return { onDeletion: false, test: (object) => object !== undefined }
  if (lower.startsWith('condition=')) {
    const [name = '', value = 'true'] = text.slice('condition='.length).split('=')
    return {
      onDeletion: false,
      test: (object) => {
        const status = object?.['status'] as { observedGeneration?: number; conditions?: { type: string; status: string }[] } | undefined
        const generation = object?.metadata.generation
        if (status?.observedGeneration !== undefined && generation !== undefined && status.observedGeneration < generation) return false
        return status?.conditions?.some((one) => one.type.toLowerCase() === name.toLowerCase() && one.status.toLowerCase() === value.toLowerCase()) ?? false
      },
    }
  }
  if (lower.startsWith('jsonpath=')) {
    const match = /^jsonpath='?(\{.*?\})'?(?:=(.*))?$/s.exec(text)
    if (!match) throw new CommandError(`error: jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or --for=jsonpath='{.status.readyReplicas}'`)
    const path = parseJsonPath(match[1] as string)
    return {
      onDeletion: false,
      test: (object) => {
        if (object === undefined) return false
        const values = valuesOf(path, object)
        return match[2] === undefined ? values.length > 0 : values.length === 1 && String(values[0]) === match[2]
      },
    }
  }
  throw new CommandError(`error: unrecognized condition: "${text}"`)
}
