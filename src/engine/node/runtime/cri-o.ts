import type { RuntimeKind } from './types'

/** CRI-O: one monitor (conmon) a container, the Pod's own too, so that containers outlive it. Upstream: cri-o, server/sandbox_run_linux.go, internal/oci. */
export const crio: RuntimeKind = {
  name: 'cri-o',
  endpoint: 'unix:///var/run/crio/crio.sock',
  daemons: [{ name: 'crio' }, { name: 'kubelet' }],
  sandboxSteps: [
    { what: 'RunPodSandbox', by: 'kubelet', share: 0.02 },
    { what: 'netns', by: 'crio', share: 0.03, network: true },
    { what: 'CNI ADD', by: 'flannel', share: 0.15, network: true },
    { what: 'start conmon', by: 'crio', share: 0.08 },
    { what: 'run /pause', by: 'runc', share: 0.12 },
  ],
  containerSteps: [
    { what: 'CreateContainer', by: 'kubelet', share: 0.02 },
    { what: 'overlay layer', by: 'crio', share: 0.2 },
    { what: 'start conmon', by: 'crio', share: 0.06 },
    { what: 'create', by: 'runc', share: 0.2 },
    { what: 'StartContainer', by: 'kubelet', share: 0.02 },
    { what: 'start', by: 'runc', share: 0.1 },
  ],
  address: { by: 'flannel', bridge: 'cni0', from: '/run/flannel/subnet.env' },
  holder: 'conmon',
  pause: true,
  onRestart: 'survive',
}
