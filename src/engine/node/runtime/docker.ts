import type { RuntimeKind } from './types'

/**
 * Docker behind the dockershim in the kubelet (gone since Kubernetes 1.24). Each container has a shim of its own. dockerd gives the
 * address itself, on docker0, from the block it was started with (--bip). Without live-restore, which is off unless somebody turns it on,
 * all containers are killed when dockerd begins anew. Upstream: pkg/kubelet/dockershim; moby, daemon/start.go and daemon/daemon.go.
 */
export const docker: RuntimeKind = {
  name: 'docker',
  endpoint: 'unix:///var/run/dockershim.sock',
  daemons: [{ name: 'dockerd' }, { name: 'containerd', under: 'dockerd' }, { name: 'kubelet' }],
  sandboxSteps: [
    { what: 'RunPodSandbox', by: 'kubelet', share: 0.02 },
    { what: 'POST /containers/create', by: 'dockershim', share: 0.06 },
    { what: 'POST /containers/…/start', by: 'dockershim', share: 0.02 },
    { what: 'docker0 address', by: 'dockerd', share: 0.1, network: true },
    { what: 'create task', by: 'containerd', share: 0.06 },
    { what: 'start shim', by: 'containerd-shim', share: 0.08 },
    { what: 'run /pause', by: 'runc', share: 0.12 },
  ],
  containerSteps: [
    { what: 'CreateContainer', by: 'kubelet', share: 0.02 },
    { what: 'POST /containers/create', by: 'dockershim', share: 0.04 },
    { what: 'overlay2 layer', by: 'dockerd', share: 0.16 },
    { what: 'POST /containers/…/start', by: 'dockershim', share: 0.04 },
    { what: 'create task', by: 'containerd', share: 0.06 },
    { what: 'start shim', by: 'containerd-shim', share: 0.08 },
    { what: 'create', by: 'runc', share: 0.2 },
    { what: 'start', by: 'runc', share: 0.1 },
  ],
  address: { by: 'docker0', bridge: 'docker0', from: '--bip, from /run/flannel/subnet.env' },
  holder: 'shim-per-container',
  pause: true,
  onRestart: 'kill',
}
