import type { RuntimeKind } from './types'

/**
 * rkt has no daemon: the kubelet writes a unit and systemd runs the Pod as one tree of processes: stage0 (rkt) becomes stage1
 * (systemd-nspawn with a systemd of its own), whose services are the containers. There is no "/pause". Nothing can be restarted under
 * the Pods. Gone since Kubernetes 1.10. Upstream: pkg/kubelet/rkt, preparePod and RunPod; rkt's Documentation/devel/architecture.md.
 */
export const rkt: RuntimeKind = {
  name: 'rkt',
  endpoint: '/usr/bin/rkt',
  daemons: [{ name: 'kubelet' }],
  sandboxSteps: [
    { what: 'rkt prepare', by: 'rkt (stage0)', share: 0.16 },
    { what: 'write k8s_….service', by: 'kubelet', share: 0.02 },
    { what: 'StartUnit', by: 'systemd', share: 0.04 },
    { what: 'rkt run-prepared', by: 'rkt (stage0)', share: 0.08 },
    { what: 'netns, CNI', by: 'rkt (stage0)', share: 0.14, network: true },
    { what: 'boot stage1', by: 'systemd-nspawn', share: 0.2 },
  ],
  containerSteps: [
    { what: 'render image tree', by: 'rkt (stage0)', share: 0.3 },
    { what: 'start service', by: 'systemd (stage1)', share: 0.16 },
    { what: 'exec', by: 'systemd (stage1)', share: 0.08 },
  ],
  address: { by: 'rkt', bridge: 'cni0', from: '/etc/rkt/net.d, which delegates to /run/flannel/subnet.env' },
  holder: 'nspawn',
  pause: false,
  onRestart: 'no-daemon',
}
