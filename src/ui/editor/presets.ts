/** Configurations of kube-scheduler to begin with. All of them can be applied as they are. */
const head = `apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
`

export const presets = {
  default: `${head}profiles:
- schedulerName: default-scheduler
`,
  textbook: `apiVersion: v1
kind: Policy
predicates:
- name: MatchNodeSelector
- name: PodFitsResources
- name: HostName
- name: PodFitsHostPorts
- name: CheckNodeMemoryPressure
- name: CheckNodeDiskPressure
priorities:
- name: SelectorSpreadPriority
  weight: 1
- name: LeastRequestedPriority
  weight: 1
- name: BalancedResourceAllocation
  weight: 1
`,
  packing: `${head}profiles:
- schedulerName: default-scheduler
  plugins:
    score:
      # It wants nodes evenly used, not full.
      disabled:
      - name: NodeResourcesBalancedAllocation
  pluginConfig:
  - name: NodeResourcesFit
    args:
      scoringStrategy:
        type: MostAllocated
        resources:
        - name: cpu
          weight: 1
        - name: memory
          weight: 1
`,
  noSpread: `${head}profiles:
- schedulerName: default-scheduler
  plugins:
    multiPoint:
      disabled:
      - name: PodTopologySpread
`,
  percentage: `${head}# Enough feasible nodes, in percent of all. 0: the more nodes, the smaller the share. Up to 100 nodes all are looked at.
percentageOfNodesToScore: 10
profiles:
- schedulerName: default-scheduler
`,
} as const satisfies Record<string, string>

export type PresetName = keyof typeof presets
