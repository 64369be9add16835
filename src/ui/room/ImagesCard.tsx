import type { ReactNode } from 'react'
import type { MachineImage } from '../../api'
import type { RoomView } from '../../protocol'
import { imageSize, percent, useText } from '../kit'

const shownMax = 5

/** Images by layer: what several stand on is hatched, and stored once. Below, how full the disk is. */
export function ImagesCard({ room }: { readonly room: RoomView }): ReactNode {
  const text = useText('room')
  const { machine } = room
  if (machine === undefined) return null
  const { images, imagefs } = machine
  const shown = images.length > shownMax ? images.slice(0, shownMax - 1) : images
  const rest = images.slice(shown.length)
  const total = images.reduce((sum, image) => sum + image.bytes, 0)
  const most = images[0]?.bytes ?? 1
  const used = imagefs.imageBytes + imagefs.otherBytes
  const share = (value: number): string => `${Math.max(0, Math.min(100, imagefs.capacityBytes > 0 ? (value / imagefs.capacityBytes) * 100 : 0))}%`
  return (
    <section className="room-card room-images" aria-label={text('images')}>
      <header className="room-head">
        <h3>{text('images')}</h3>{images.length > 0 && <span className="small dim cut">{text('images.sum', { count: images.length, stored: imageSize(imagefs.imageBytes), total: imageSize(total) })}</span>}<span className="grow" />
        <ul className="use-key"><li className="key-shared">{text('images.shared')}</li><li className="key-own">{text('images.own')}</li></ul>
      </header>
      {images.length === 0 ? <p className="small dim room-note">{text('images.empty')}</p> : (
        <ul className="image-rows">
          {shown.map((image) => <Image key={image.name} image={image} most={most} />)}
          {rest.length > 0 && <li className="image-row dim"><span className="image-name">{text('images.more', { count: rest.length, size: '' }).replace(/[,，]\s*$/, '')}</span><span /><span className="image-size mono">{imageSize(rest.reduce((sum, image) => sum + image.bytes, 0))}</span></li>}
        </ul>
      )}
      <div className="room-part imagefs">
        <div className="row"><b className="mid">{text('imagefs')}</b>&nbsp;<span className="small dim-2">{text('imagefs.used', { used: imageSize(used), capacity: imageSize(imagefs.capacityBytes) })}</span><span className="grow" /><span className="small dim">{text('imagefs.gc', { high: percent(imagefs.gcHighShare, 1), low: percent(imagefs.gcLowShare, 1) })}</span></div>
        <div className="imagefs-bar" aria-hidden="true">
          <span className="imagefs-images" style={{ width: share(imagefs.imageBytes) }} /><span className="imagefs-other" style={{ left: share(imagefs.imageBytes), width: share(imagefs.otherBytes) }} />
          <span className="imagefs-gc" style={{ left: `${imagefs.gcLowShare * 100}%`, width: `${(imagefs.gcHighShare - imagefs.gcLowShare) * 100}%` }} /><span className="imagefs-mark" style={{ left: `${imagefs.gcHighShare * 100}%` }} />
        </div>
      </div>
    </section>
  )
}

function Image({ image, most }: { readonly image: MachineImage; readonly most: number }): ReactNode {
  const text = useText('room')
  return (
    <li className="image-row" data-unused={!image.inUse || undefined} title={image.inUse ? image.name : `${image.name}: ${text('images.unused')}`}>
      <span className="image-name mono cut">{bare(image.name)}</span>
      <span className="image-layers" style={{ width: `${(image.bytes / most) * 100}%` }}>
        {image.layers.map((layer) => (
          <span
            key={layer.id} className="image-layer" data-shared={layer.images > 1 || undefined} style={{ flexGrow: Math.max(layer.bytes, image.bytes * 0.012) }}
            title={layer.images > 1 ? text('images.layer', { size: imageSize(layer.bytes), count: layer.images }) : text('images.layerOwn', { size: imageSize(layer.bytes) })}
          />
        ))}
      </span>
      <span className="image-size mono">{imageSize(image.bytes)}</span>
    </li>
  )
}

/** "docker.io/library/nginx:1.27" as people write it. */
function bare(name: string): string {
  return name.replace(/^docker\.io\/(library\/)?/, '').replace(/@sha256:([0-9a-f]{8})[0-9a-f]+$/, '@$1')
}
