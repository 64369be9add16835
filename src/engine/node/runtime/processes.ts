import type { MachineProcess } from '../../../api'
import type { Runtime } from './types'

/** A Pod, as far as its processes go. */
export interface PodProcesses {
  readonly key: string
  readonly uid: string
  /** Of what keeps the Pod together (pause, or stage1's systemd); the number before it is its shim's. */
  readonly pid: number
  /** Those that run. The number before a container's own is its shim's, where it has one. */
  readonly containers: readonly { readonly name: string; readonly pid: number; readonly command: string }[]
}

export interface DaemonProcess {
  readonly name: string
  readonly pid: number
}

const systemd: MachineProcess = { pid: 1, parent: 0, command: 'systemd' }

/** Everything that runs on a node, parents before children: the daemons, then the Pods in the order given. */
export function processTree(runtime: Runtime, daemons: readonly DaemonProcess[], pods: readonly PodProcesses[]): MachineProcess[] {
  const pidOf = (name: string | undefined): number => daemons.find((daemon) => daemon.name === name)?.pid ?? systemd.pid
  const tree: MachineProcess[] = [systemd]
  for (const { name, pid } of daemons) tree.push({ pid, parent: pidOf(runtime.daemons.find((daemon) => daemon.name === name)?.under), command: name })
  for (const pod of pods) tree.push(...podProcesses(runtime, pidOf('containerd'), pod))
  return tree
}

function podProcesses(runtime: Runtime, containerd: number, { key, uid, pid, containers }: PodProcesses): MachineProcess[] {
  if (pid === 0) return []
  const [holder, keeper] = [pid - 1, pid]
  switch (runtime.holder) {
    case 'shim-per-pod': return [
      { pid: holder, parent: 1, command: 'containerd-shim-runc-v2', pod: key },
      { pid: keeper, parent: holder, command: '/pause', pod: key },
      ...containers.map(({ name, pid: own, command }) => ({ pid: own, parent: holder, command, pod: key, container: name })),
    ]
    // Its shims are children of docker's containerd: with it they go.
    case 'shim-per-container': return [
      { pid: holder, parent: containerd, command: 'containerd-shim', pod: key },
      { pid: keeper, parent: holder, command: '/pause', pod: key },
      ...containers.flatMap(({ name, pid: own, command }) => [
        { pid: own - 1, parent: containerd, command: 'containerd-shim', pod: key, container: name },
        { pid: own, parent: own - 1, command, pod: key, container: name },
      ]),
    ]
    case 'conmon': return [
      { pid: holder, parent: 1, command: 'conmon', pod: key },
      { pid: keeper, parent: holder, command: '/pause', pod: key },
      ...containers.flatMap(({ name, pid: own, command }) => [
        { pid: own - 1, parent: 1, command: 'conmon', pod: key, container: name },
        { pid: own, parent: own - 1, command, pod: key, container: name },
      ]),
    ]
    case 'nspawn': return [
      { pid: holder, parent: 1, command: `systemd-nspawn --machine=rkt-${uid}`, pod: key },
      { pid: keeper, parent: holder, command: '/usr/lib/systemd/systemd', pod: key },
      ...containers.map(({ name, pid: own, command }) => ({ pid: own, parent: keeper, command, pod: key, container: name })),
    ]
  }
}
