import type { Pod } from '../../../../api'

/** Adds ":latest" to a name without tag or digest, as nodes list it. Upstream: plugins/imagelocality, normalizedImageName. */
export function normalizedImageName(name: string): string {
  return name.lastIndexOf(':') <= name.lastIndexOf('/') ? `${name}:latest` : name
}

/** Images of a Pod as they count for scores: one entry a container, init container and image volume, duplicates included. */
export function podImages(pod: Pod): readonly string[] {
  const images: string[] = []
  for (const container of pod.spec?.initContainers ?? []) images.push(normalizedImageName(container.image ?? ''))
  for (const container of pod.spec?.containers ?? []) images.push(normalizedImageName(container.image ?? ''))
  for (const volume of pod.spec?.volumes ?? []) if (volume.image !== undefined) images.push(normalizedImageName(volume.image.reference ?? ''))
  return images
}
