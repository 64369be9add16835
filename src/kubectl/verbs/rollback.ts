import { deepEqual } from '../../base'
import { controllerOf, type ApiObject, type ControllerRevision } from '../../api'
import { fullName, type NamedObject } from '../access'
import type { Invocation } from '../command'
import { CommandError } from '../environment'

const revisionKinds: ReadonlySet<string> = new Set(['StatefulSet', 'DaemonSet'])

/** Kinds whose history is kept as ControllerRevisions. */
export function keepsControllerRevisions(kind: string): boolean {
  return revisionKinds.has(kind)
}

/** The revisions of a StatefulSet or DaemonSet, oldest first. */
export async function controllerRevisionsOf({ access }: Invocation, owner: ApiObject): Promise<readonly (ApiObject & ControllerRevision)[]> {
  const list = await access.list(await access.resource('controllerrevisions.apps'), owner.metadata.namespace ?? '')
  return (list.items as (ApiObject & ControllerRevision)[])
    .filter((one) => controllerOf(one)?.uid === owner.metadata.uid)
    .sort((a, b) => (a.revision ?? 0) - (b.revision ?? 0))
}

/** Puts a kept revision's template back; 0 is the one before the present one. Upstream: polymorphichelpers, StatefulSetRollbacker and DaemonSetRollbacker. */
export async function undoToControllerRevision(invocation: Invocation, target: NamedObject, live: ApiObject, wanted: number): Promise<void> {
  const { access, environment } = invocation
  const revisions = await controllerRevisionsOf(invocation, live)
  if (wanted === 0 && revisions.length <= 1) throw new CommandError('error: no last revision to rollback to')
  const found = wanted === 0 ? revisions.at(-2) : revisions.find((one) => one.revision === wanted)
  if (found === undefined) throw new CommandError(`error: unable to find specified revision ${wanted} in history`)
  const { spec } = found.data as { readonly spec?: { readonly template?: object } }
  const { $patch: _how, ...template } = { ...spec?.template } as Record<string, unknown>
  if (deepEqual(template, (live['spec'] as { readonly template?: unknown } | undefined)?.template)) {
    environment.out(`${fullName(target.resource)}/${target.name} skipped rollback (current template already matches revision ${found.revision ?? 0})`)
    return
  }
  await access.patch(target, 'strategic', found.data as object, { manager: 'kubectl-rollout' })
  environment.out(`${fullName(target.resource)}/${target.name} rolled back`)
}
