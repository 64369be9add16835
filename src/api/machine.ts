/** What is inside a machine, as data for people who look. All times in virtual ms, memory in bytes, CPU in millicores. */

export type RuntimeName = 'containerd' | 'docker' | 'rkt' | 'cri-o'

/** One thing that has to be done until a container runs, who does it, and when: ms from the first one's begin. */
export interface RuntimeStepView {
  /** In the words of whoever does it: "RunPodSandbox". */
  readonly what: string
  /** Name of the process: "dockerd". */
  readonly by: string
  readonly from: number
  readonly to: number
}

/** A container runtime: what differs from one to the next. */
export interface RuntimeView {
  readonly name: RuntimeName
  readonly version: string
  readonly endpoint: string
  /** Who gives a Pod its address, on which bridge, and where it has the block from. */
  readonly address: { readonly by: 'flannel' | 'docker0' | 'rkt'; readonly bridge: string; readonly from: string }
  /** What holds the processes of a Pod together. */
  readonly holder: 'shim-per-pod' | 'shim-per-container' | 'conmon' | 'nspawn'
  readonly pause: boolean
  /** What becomes of containers when the runtime begins anew. */
  readonly onRestart: 'survive' | 'kill' | 'no-daemon'
  readonly sandboxSteps: readonly RuntimeStepView[]
  readonly containerSteps: readonly RuntimeStepView[]
}

export interface MachineProcess {
  readonly pid: number
  /** 0: systemd's own. */
  readonly parent: number
  readonly command: string
  readonly pod?: string
  readonly container?: string
}

export type KubeletChannel = 'configCh' | 'plegCh' | 'probes' | 'syncCh' | 'housekeepingCh'

/** What a channel of the kubelet's syncLoop carried last; without `at`: nothing yet. */
export interface ChannelView {
  readonly channel: KubeletChannel
  readonly at?: number
  readonly pod?: string
  /** "ADD", "started", "probe", "tick": what it was. */
  readonly what?: string
  /** probes: how many containers have one; configCh: Pods of this node. */
  readonly count?: number
}

/** Of CPU or memory. Absent: not requested, not limited. */
export interface ResourceUse {
  readonly used: number
  readonly requested?: number
  readonly limit?: number
}

export interface MachineContainer {
  readonly name: string
  readonly kind: 'init' | 'sidecar' | 'app'
  readonly state: 'waiting' | 'running' | 'terminated'
  readonly reason?: string
  readonly exitCode?: number
  readonly ready: boolean
  readonly restarts: number
  readonly image: string
  readonly id: string
  readonly pid?: number
  readonly startedAt?: number
  readonly cpu: ResourceUse
  readonly memory: ResourceUse
  /** What it was said to use ("berth.dev/usage"), when somebody said so. */
  readonly model?: string
}

export interface MachinePod {
  readonly key: string
  readonly uid: string
  readonly phase: string
  readonly qos: 'Guaranteed' | 'Burstable' | 'BestEffort'
  readonly ip: string
  readonly hostNetwork: boolean
  readonly terminating: boolean
  readonly containers: readonly MachineContainer[]
  readonly cpu: ResourceUse
  readonly memory: ResourceUse
  /** Over the last minute, oldest first; 0 where nothing ran yet. */
  readonly cpuSeries: readonly number[]
  readonly memorySeries: readonly number[]
}

/** A step of syncPod. `args`: numbers and Kubernetes' own words. `parts`: what the runtime does within it, since `since`. */
export interface SyncStepView {
  readonly id: 'cgroup' | 'volumes' | 'sandbox' | 'image' | 'start' | 'probe' | 'status' | 'kill'
  readonly container?: string
  readonly state: 'done' | 'now' | 'next' | 'blocked'
  readonly args: Readonly<Record<string, string | number>>
  readonly since?: number
  readonly parts?: readonly RuntimeStepView[]
}

/** What a container's cgroup says. `max`: no limit. */
export interface CgroupView {
  readonly container: string
  readonly path: string
  readonly cpuMax: string
  readonly cpuWeight: number
  readonly memoryMax: string
  readonly memoryCurrent: number
  readonly pidsCurrent: number
  /** cpu.stat over the last minute: periods of 100 ms, and those in which it was throttled. */
  readonly periods: number
  readonly throttled: number
  /** Whom the kernel kills first when the machine runs out of memory. `raw`: before it was kept within its bounds; absent where the class alone decides. */
  readonly oom: { readonly adj: number; readonly raw?: number; readonly requestBytes: number; readonly capacityBytes: number }
}

export interface MachineLayer {
  readonly id: string
  readonly bytes: number
  /** Images on this machine that stand on it. */
  readonly images: number
}

export interface MachineImage {
  readonly name: string
  readonly bytes: number
  readonly layers: readonly MachineLayer[]
  readonly inUse: boolean
  readonly usedAt: number
}

/** A resource whose running out the kubelet watches for. */
export interface PressureView {
  readonly type: 'MemoryPressure' | 'DiskPressure' | 'PIDPressure'
  readonly available: number
  readonly capacity: number
  readonly threshold: number
  /** Felt last then; it is reported for five minutes more. */
  readonly feltAt?: number
}

/** The whole machine as its kubelet knows it. */
export interface MachineView {
  readonly node: string
  readonly kubeletPid: number
  readonly runtime: RuntimeView
  /** While it begins anew: when it answers again. */
  readonly runtimeBackAt?: number
  readonly runtimeRestarts: number
  readonly channels: readonly ChannelView[]
  readonly pods: readonly MachinePod[]
  readonly processes: readonly MachineProcess[]
  readonly images: readonly MachineImage[]
  readonly imagefs: { readonly capacityBytes: number; readonly imageBytes: number; readonly otherBytes: number; readonly gcHighShare: number; readonly gcLowShare: number; readonly pulling: number }
  readonly pressures: readonly PressureView[]
  readonly used: { readonly cpuMilli: number; readonly memoryBytes: number; readonly processes: number }
  readonly evictionEveryMs: number
  readonly memoryEvictionBytes: number
  /** Of the Pod that was picked. */
  readonly steps: readonly SyncStepView[]
  readonly cgroups: readonly CgroupView[]
}
