import type { JourneyActor, JourneyView } from '../../protocol'

/** A lifeline's name: Kubernetes' own word for who it is. */
export function whoOf(actor: JourneyActor, view: JourneyView): string {
  switch (actor) {
    case 'client': return view.by === '' ? 'kubectl' : view.by
    case 'apiserver': return 'kube-apiserver'
    case 'etcd': return 'etcd'
    case 'scheduler': return 'kube-scheduler'
    case 'kubelet': return view.node === undefined ? 'kubelet' : `kubelet ${view.node.name}`
    case 'runtime': return view.node?.runtime ?? 'container runtime'
  }
}
