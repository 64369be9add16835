import { digestText } from '../kubelet/images'

/** What a kubelet needs to know of a container runtime. */
export interface Runtime {
  /** As in containerRuntimeVersion: "containerd://2.1.3". */
  readonly version: string
  /** "containerd://" + 64 hexadecimal digits; the same for the same life of the same container. */
  containerId(uid: string, container: string, life: number): string
}

/** By the name before "://" in a Node's containerRuntimeVersion; containerd when it says nothing known. */
export function runtimeOf(version: string | undefined): Runtime {
  const [scheme] = (version ?? '').split('://')
  const known = scheme === 'docker' || scheme === 'rkt' || scheme === 'cri-o' ? scheme : 'containerd'
  return {
    version: version ?? 'containerd://2.2.1',
    containerId: (uid, container, life) => `${known}://${digestText(`${uid}/${container}/${life}`)}`,
  }
}
