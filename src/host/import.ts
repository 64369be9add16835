import { failure, pathOf, resourceOfKind, type ApiObject, type ApiRequest, type Status } from '../api'
import { cameFromCluster, importDump, kindInReport, type ManifestDocument } from '../manifest'
import type { ImportProblem, ImportReport } from '../protocol'
import { applyRequest, person, statusOf } from './apply'
import type { World } from './world'

type Dump = ReturnType<typeof importDump>

/** Objects that go through the front door between two looks at the clock. */
const requestsPerYield = 25
/** A dump of an old cluster has the same remark for each of its objects. */
const notesMax = 200

export { importDump, type Dump }

/** The objects of a dump that a running cluster wrote: they are taken as they are. */
export function fromCluster(dump: Dump): ApiObject[] {
  return dump.objects.filter(cameFromCluster)
}

/**
 * Puts a dump into a world: what came from a real cluster as it stands, the rest as a person would apply it. Yields how many objects
 * are done. What the server refuses is a problem at its place in the file, and not stored.
 */
export function *putDump(world: World, dump: Dump, name: string): Generator<number, ImportReport, void> {
  const refused: ImportProblem[] = []
  const refusedByKind = new Map<string, number>()
  const refuse = (document: ManifestDocument | undefined, object: ApiObject, status: Status): void => {
    const kind = kindInReport(object)
    refusedByKind.set(kind, (refusedByKind.get(kind) ?? 0) + 1)
    const field = status.details?.causes?.[0]?.field
    const position = document === undefined ? undefined : document.positionOf(field ?? 'metadata.name')
    refused.push({
      file: document?.source.file ?? name, ...(position === undefined ? {} : { line: position.line, column: position.column }), ...(field === undefined ? {} : { field }),
      what: whatOf(object), message: status.message ?? status.reason ?? 'refused', kind: 'error',
    })
  }
  const notes: ImportProblem[] = []
  const note = (document: ManifestDocument | undefined, object: ApiObject, message: string): void => {
    const field = /^[a-z][\w.[\]]*(?=:)/.exec(message)?.[0]
    const position = document?.positionOf(field ?? 'metadata.name')
    notes.push({
      file: document?.source.file ?? name, ...(position === undefined ? {} : { line: position.line, column: position.column }), ...(field === undefined ? {} : { field }), what: whatOf(object), message, kind: 'note',
    })
  }
  const documents = new Map(dump.documents.map((document) => [document.object, document]))
  let first = true
  const ask = (object: ApiObject): void => {
    try {
      const answer = world.give({ request: requestOf(world, object), quiet: true, ...(first ? { command: `apply -f ${name}` } : {}) })
      first = false
      if ('body' in answer && answer.status >= 400) refuse(documents.get(object), object, answer.body as Status)
    } catch (error) {
      const status = statusOf(error)
      if (status === undefined) throw error
      refuse(documents.get(object), object, status)
    }
  }
  // Kinds are defined before anything is of them.
  const isDefinition = (object: ApiObject): boolean => object.kind === 'CustomResourceDefinition'
  const asked = dump.objects.filter((object) => !cameFromCluster(object))
  let done = 0
  for (const object of asked.filter(isDefinition)) {
    ask(object)
    done++
  }
  const asTheyAre = fromCluster(dump)
  if (asTheyAre.length > 0) {
    first = false
    const result = world.give({ objects: asTheyAre, command: `apply -f ${name}` })
    if ('objects' in result) {
      for (const [index, outcome] of result.objects.entries()) {
        const object = asTheyAre[index]
        if (object === undefined) continue
        const document = documents.get(object)
        if (!outcome.stored) refuse(document, object, failure(422, 'Invalid', outcome.reason ?? 'left out'))
        for (const message of outcome.problems) note(document, object, message)
      }
    }
    done += asTheyAre.length
    yield done
  }
  for (const object of asked) {
    if (isDefinition(object)) continue
    ask(object)
    if (++done % requestsPerYield === 0) yield done
  }
  const { report } = dump
  return {
    read: report.read, stored: report.stored - refused.length, problems: [...report.problems, ...refused, ...notes.slice(0, notesMax)],
    kinds: report.kinds.map((line) => ({ ...line, stored: line.stored - (refusedByKind.get(line.kind) ?? 0) })),
  }
}

function whatOf(object: ApiObject): string {
  return `${object.kind} ${object.metadata.namespace ? `${object.metadata.namespace}/` : ''}${object.metadata.name ?? ''}`
}

/** Creates what is new and applies to what is there: a plain create costs a third of an apply, and a dump brings thousands. */
function requestOf(world: World, object: ApiObject): ApiRequest {
  const apply = applyRequest(world.opening.cluster, object, { dryRun: false })
  const resource = resourceOfKind(object.apiVersion, object.kind)
  if (apply.method !== 'PATCH' || resource === undefined) return apply
  const body = apply.body as ApiObject
  const { namespace, name = '' } = body.metadata
  // The store is asked directly: a "not found" of the server is an answer that takes longer to write than to read.
  if (world.opening.cluster.etcd.get(`/registry/${resource.plural}/${resource.namespaced ? `${namespace ?? ''}/` : ''}${name}`) !== undefined) return apply
  return { method: 'POST', path: pathOf(resource, body.metadata.namespace), query: { fieldManager: person }, body, userAgent: person }
}
