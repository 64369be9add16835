import { useMemo, useState, type ReactNode } from 'react'
import type { ApiObject } from '../../api'
import { writeYaml } from '../../manifest'
import { Button, Copy, Pencil, useText, whole } from '../kit'
import { selectionOf, useLiveObject, useUi, useView } from '../store'

/** The selected object as api-server serves it now. Read only; Edit opens it in the editor. */
export function YamlPanel({ onEdit }: { readonly onEdit: () => void }): ReactNode {
  const text = useText('inspector')
  const picked = useUi((ui) => ui.selection)
  const target = useView((view) => view.fact?.target)
  const selection = useMemo(() => picked ?? (target && target.kind !== 'component' ? selectionOf(target) : undefined), [picked, target])
  const object = useLiveObject(selection)
  const revision = useView((view) => view.revision)
  const [managed, setManaged] = useState(false)
  const [copied, setCopied] = useState(false)
  const source = useMemo(() => (object === undefined || object === 'none' ? '' : writeYaml(managed ? object : withoutManaged(object))), [object, managed])
  if (!selection || selection.kind === 'component') return <p className="sec dim">{text('yaml.none')}</p>
  if (object === 'none') return <p className="sec dim">{text('yaml.gone', { name: selection.name })}</p>
  if (object === undefined) return null
  return (
    <div className="yaml">
      <div className="row yaml-head">
        <span className="small dim grow">{text('yaml.live', { revision: whole(revision) })}</span>
        <Button size="small" look="quiet" onClick={() => { setManaged(!managed) }}>{text(managed ? 'yaml.managedHide' : 'yaml.managed')}</Button>
        <Button size="small" onClick={() => { navigator.clipboard.writeText(source).then(() => { setCopied(true) }, () => undefined) }}><Copy size={12} />{text(copied ? 'yaml.copied' : 'yaml.copy')}</Button>
        <Button size="small" hotkey="E" onClick={onEdit}><Pencil size={12} />{text('yaml.edit')}</Button>
      </div>
      <pre className="yaml-text" tabIndex={0} aria-label={`${object.kind} ${object.metadata.name ?? ''}`}>{source.split('\n').map((line, index) => <YamlLine key={index} line={line} />)}</pre>
    </div>
  )
}

const keyLine = /^(\s*(?:- )*)([^\s:#"'][^:]*?)(:)(\s.*)?$/

/** Keys stand out from values; more colour than that a reader of YAML does not need. */
function YamlLine({ line }: { readonly line: string }): ReactNode {
  const match = keyLine.exec(line)
  if (!match) return <>{line}{'\n'}</>
  return <>{match[1]}<span className="yaml-key">{match[2]}</span>:{match[4] ?? ''}{'\n'}</>
}

function withoutManaged(object: ApiObject): ApiObject {
  const { managedFields: _, ...metadata } = object.metadata
  return { ...object, metadata }
}
