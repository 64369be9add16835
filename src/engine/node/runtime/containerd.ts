import type { RuntimeKind } from './types'

/**
 * containerd behind the CRI. One shim a Pod, which is nobody's child but systemd's, so that containers outlive containerd.
 * Upstream: containerd, internal/cri/server: RunPodSandbox, CreateContainer, StartContainer; cmd/containerd-shim-runc-v2.
 */
export const containerd: RuntimeKind = {
  name: 'containerd',
  endpoint: 'unix:///run/containerd/containerd.sock',
  daemons: [{ name: 'containerd' }, { name: 'kubelet' }],
  sandboxSteps: [
    { what: 'RunPodSandbox', by: 'kubelet', share: 0.02 },
    { what: 'netns', by: 'containerd', share: 0.03, network: true },
    { what: 'CNI ADD', by: 'flannel', share: 0.15, network: true },
    { what: 'start shim', by: 'containerd', share: 0.08 },
    { what: 'create /pause', by: 'runc', share: 0.07 },
    { what: 'start /pause', by: 'runc', share: 0.05 },
  ],
  containerSteps: [
    { what: 'CreateContainer', by: 'kubelet', share: 0.02 },
    { what: 'snapshot', by: 'containerd', share: 0.2 },
    { what: 'StartContainer', by: 'kubelet', share: 0.02 },
    { what: 'new task', by: 'containerd-shim-runc-v2', share: 0.06 },
    { what: 'create', by: 'runc', share: 0.2 },
    { what: 'start', by: 'runc', share: 0.1 },
  ],
  address: { by: 'flannel', bridge: 'cni0', from: '/run/flannel/subnet.env' },
  holder: 'shim-per-pod',
  pause: true,
  onRestart: 'survive',
}
