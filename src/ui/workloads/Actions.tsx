import { Popover } from 'radix-ui'
import { useId, useState, type FormEvent, type ReactNode } from 'react'
import type { OwnershipView } from '../../protocol'
import { Button, useText } from '../kit'
import { useSession } from '../store'
import { imagePattern, nextImage, targetOf } from './command'

const scalable: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'ReplicaSet', 'ReplicationController'])
const imageable: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'ReplicationController'])
const restartable: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet'])

/** Runs a kubectl line against the workload; the words of the command line come with it, and not before. */
export function useKubectl(view: OwnershipView): (verb: string, ...rest: readonly string[]) => Promise<boolean> {
  const session = useSession()
  return async (verb, ...rest) => {
    const { runKubectl } = await import('./kubectl')
    return runKubectl(session, [verb, targetOf(view), ...rest].join(' '), view.namespace)
  }
}

export function Actions({ view }: { readonly view: OwnershipView }): ReactNode {
  const text = useText('workloads')
  const kubectl = useKubectl(view)
  const { root } = view
  const paused = root.is === 'Deployment' && root.rollout.mode === 'paused'
  const earlier = view.history.find((row) => !row.current)
  return (
    <div className="wl-acts" role="group" aria-label={text('act.more')}>
      {scalable.has(view.kind) && (root.is === 'Deployment' || root.is === 'StatefulSet' || root.is === 'ReplicaSet') && (
        <Ask label={text('act.scale')}>{(close) => <ScaleForm replicas={root.is === 'Deployment' ? root.rollout.replicas : root.replicas} onDo={(replicas) => { close(); void kubectl('scale', `--replicas=${replicas}`) }} />}</Ask>
      )}
      {imageable.has(view.kind) && <Ask label={text('act.image')}>{(close) => <ImageForm containers={view.templateContainers} onDo={(container, image) => { close(); void kubectl('set image', `${container}=${image}`) }} />}</Ask>}
      {view.kind === 'Deployment' && <Button size="small" onClick={() => { void kubectl(`rollout ${paused ? 'resume' : 'pause'}`) }}>{text(paused ? 'act.resume' : 'act.pause')}</Button>}
      {restartable.has(view.kind) && <Button size="small" disabled={paused} onClick={() => { void kubectl('rollout restart') }}>{text('act.restart')}</Button>}
      {restartable.has(view.kind) && <Button size="small" disabled={paused || earlier === undefined} title={earlier === undefined ? undefined : text('history.undoLong', { revision: earlier.revision })} onClick={() => { void kubectl('rollout undo') }}>{text('act.undo')}</Button>}
    </div>
  )
}

function Ask({ label, children }: { readonly label: string; readonly children: (close: () => void) => ReactNode }): ReactNode {
  const [open, setOpen] = useState(false)
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger asChild><Button size="small">{label}</Button></Popover.Trigger>
      <Popover.Portal><Popover.Content className="menu wl-ask" align="end" sideOffset={6} collisionPadding={12}>{children(() => { setOpen(false) })}</Popover.Content></Popover.Portal>
    </Popover.Root>
  )
}

function ScaleForm({ replicas, onDo }: { readonly replicas: number; readonly onDo: (replicas: number) => void }): ReactNode {
  const text = useText('workloads')
  const [value, setValue] = useState(String(replicas))
  const wanted = /^[0-9]{1,6}$/.test(value) ? Number(value) : undefined
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (wanted !== undefined) onDo(wanted)
  }
  return (
    <form className="wl-form" onSubmit={submit}>
      <label>{text('scale.replicas')}<input className="wl-input" type="number" min={0} max={999_999} autoFocus value={value} onFocus={(event) => { event.target.select() }} onChange={(event) => { setValue(event.target.value) }} /></label>
      <Button type="submit" look="primary" size="small" disabled={wanted === undefined || wanted === replicas}>{text('scale.do')}</Button>
    </form>
  )
}

function ImageForm({ containers, onDo }: { readonly containers: OwnershipView['templateContainers']; readonly onDo: (container: string, image: string) => void }): ReactNode {
  const text = useText('workloads')
  const [name, setName] = useState(containers[0]?.name ?? '')
  const container = containers.find((each) => each.name === name) ?? containers[0]
  const [typed, setTyped] = useState<string>()
  const value = typed ?? nextImage(container?.image ?? '')
  const bad = useId()
  const valid = imagePattern.test(value)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (valid && container) onDo(container.name, value)
  }
  return (
    <form className="wl-form" onSubmit={submit}>
      {containers.length > 1 && <label>{text('image.container')}<select className="wl-input" value={name} onChange={(event) => { setName(event.target.value); setTyped(undefined) }}>{containers.map((each) => <option key={each.name}>{each.name}</option>)}</select></label>}
      <label>{text('image.image')}<input className="wl-input mono" autoFocus spellCheck={false} value={value} aria-invalid={!valid} aria-describedby={valid ? undefined : bad} onChange={(event) => { setTyped(event.target.value) }} /></label>
      {!valid && <p id={bad} className="wl-note no-text">{text('image.bad')}</p>}
      <Button type="submit" look="primary" size="small" disabled={!valid || value === container?.image}>{text('image.do')}</Button>
    </form>
  )
}
