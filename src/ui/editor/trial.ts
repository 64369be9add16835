import { pathOf, resourceOfKind, splitApiVersion, type ApiObject } from '../../api'
import type { ManifestDocument } from '../../manifest'
import type { AppliedObject } from '../../protocol'
import { apply, readPath, type Session } from '../store'
import { changesOf, type Change } from './changes'
import { conflictsOf, metConflict, type Conflict } from './check'

/** What became of one object, or would: in the order of the documents. */
export type Result = AppliedObject & {
  /** What is stored of it now; undefined: nothing. */
  readonly live?: ApiObject
  readonly changes: readonly Change[]
}

/** The server's dry run of a file, and whom an apply would take fields from. */
export interface Trial {
  readonly results: readonly Result[]
  readonly conflicts: readonly Conflict[]
}

/** Asks the server what an apply would do. Nothing is stored, nothing becomes part of the history. Undefined: nobody answered. */
export async function tryApply(session: Session, documents: readonly ManifestDocument[]): Promise<Trial | undefined> {
  const objects = documents.map(({ object }) => object)
  const unforced = await apply(session, objects, true, false)
  if (!unforced) return undefined
  // With the fields of other managers taken over: what it would come to is known, whoever has to be asked.
  const applied = metConflict(unforced) ? await apply(session, objects, true) : unforced
  if (!applied) return undefined
  return { results: await withChanges(session, objects, applied), conflicts: conflictsOf(documents, unforced) }
}

/** Each answer of a dry run beside what is stored. */
async function withChanges(session: Session, objects: readonly ApiObject[], applied: readonly AppliedObject[]): Promise<readonly Result[]> {
  return Promise.all(applied.map(async (result, index) => {
    const object = objects[index]
    const live = object && result.outcome !== 'created' ? await readLive(session, object) : undefined
    return resultOf(result, live)
  }))
}

export function resultOf(result: AppliedObject, live: ApiObject | undefined): Result {
  return { ...result, ...(live ? { live } : {}), changes: live && result.outcome === 'configured' ? changesOf(live, result.object) : [] }
}

/** The object as it is stored, if it is. Custom resources are found by what the server says it serves. */
async function readLive(session: Session, { apiVersion, kind, metadata }: ApiObject): Promise<ApiObject | undefined> {
  if (!metadata.name) return undefined
  const resource = resourceOfKind(apiVersion, kind) ?? await servedResource(session, apiVersion, kind)
  return resource && readPath<ApiObject>(session, pathOf(resource, metadata.namespace ?? 'default', metadata.name))
}

async function servedResource(session: Session, apiVersion: string, kind: string): Promise<Parameters<typeof pathOf>[0] | undefined> {
  const { group, version } = splitApiVersion(apiVersion)
  const served = await readPath<{ readonly resources?: readonly { readonly name: string; readonly kind: string; readonly namespaced: boolean }[] }>(session, `${group === '' ? '/api' : '/apis'}/${apiVersion}`)
  const found = served?.resources?.find((resource) => resource.kind === kind && !resource.name.includes('/'))
  return found && { group, version, plural: found.name, namespaced: found.namespaced }
}
