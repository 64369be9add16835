import type { RuntimeName } from '../../../api'

/** One thing that has to be done until a container runs, and who does it. */
export interface RuntimeStep {
  /** The call or the act, in the words of whoever does it: "RunPodSandbox". */
  readonly what: string
  /** Name of the process: "dockerd". */
  readonly by: string
  /** What it takes, as a share of the setting `containerStartMs`. */
  readonly share: number
  /** Only where the Pod has a network of its own. */
  readonly network?: true
}

/** A process that is there before any Pod is. */
export interface Daemon {
  readonly name: string
  /** Name of the process it is a child of; absent: systemd's. */
  readonly under?: string
}

/** Who gives a Pod its address. */
export interface AddressGiver {
  /** "flannel" (the CNI plugin), "docker0" (dockerd, from the block that flannel's subnet file hands it), "rkt" (its own CNI). */
  readonly by: 'flannel' | 'docker0' | 'rkt'
  /** The bridge on the node that the Pod's cable ends in. */
  readonly bridge: string
  /** Where it learns which addresses are the node's. */
  readonly from: string
}

/**
 * What the kubelet needs to know of a container runtime, and what differs from one to the next: the steps, the processes, who gives
 * the address, and what becomes of containers when the runtime begins anew. All of it is data; nothing of it changes.
 */
export interface Runtime {
  readonly name: RuntimeName
  /** As in containerRuntimeVersion: "containerd://2.1.3". */
  readonly version: string
  /** Where the kubelet calls it. */
  readonly endpoint: string
  readonly daemons: readonly Daemon[]
  /** Makes the Pod's sandbox; done once a Pod, before any image is asked for. */
  readonly sandboxSteps: readonly RuntimeStep[]
  /** Makes and starts one container. */
  readonly containerSteps: readonly RuntimeStep[]
  readonly address: AddressGiver
  /** What holds the processes of a Pod: one shim a Pod, one shim a container, one monitor a container, or a machine of its own. */
  readonly holder: 'shim-per-pod' | 'shim-per-container' | 'conmon' | 'nspawn'
  /** Whether a container "/pause" keeps the Pod's namespaces. */
  readonly pause: boolean
  /** Containers when the runtime begins anew: they go on, they are killed with it, or there is no daemon that could begin anew. */
  readonly onRestart: 'survive' | 'kill' | 'no-daemon'
  /** "containerd://" + 64 hexadecimal digits; the same for the same life of the same container. */
  containerId(uid: string, container: string, life: number): string
}

export type RuntimeKind = Omit<Runtime, 'version' | 'containerId'>
