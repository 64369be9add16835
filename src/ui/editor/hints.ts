import type { ManifestDocument } from '../../manifest'
import type { Text } from '../kit'
import { shortValue } from './changes'
import type { Result } from './trial'

/** Quiet words at the end of a line: what stands there now. */
export interface Hint {
  readonly line: number
  readonly words: string
}

const scalesPods = new Set(['Deployment', 'ReplicaSet', 'StatefulSet', 'ReplicationController'])

/** For every field whose value an apply would change: the value that is stored; for replicas also how many Pods that makes. */
export function hintsOf(documents: readonly ManifestDocument[], results: readonly Result[], text: Text): readonly Hint[] {
  return results.flatMap((result, index) => {
    const document = documents[index]
    if (!document || result.outcome !== 'configured') return []
    return result.changes.flatMap(({ path, from, to }) => {
      const place = document.positionOf(path)
      // Something else stands there: the server filled the field in.
      if (!place.exact || from === undefined || to === undefined || typeof from === 'object') return []
      const more = path === 'spec.replicas' && scalesPods.has(document.object.kind ?? '') ? Number(to) - Number(from) : 0
      const pods = more === 0 ? '' : text(more > 0 ? 'hint.adds' : 'hint.removes', { count: Math.abs(more) })
      return [{ line: place.line, words: text('hint.now', { value: shortValue(from) }) + pods }]
    })
  })
}
