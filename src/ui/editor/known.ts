/** What the schema does not say: values of enumerations and defaults, by Go type and field. Upstream: k8s.io/api types.go and pkg/apis defaults.go. */
const operators = ['In', 'NotIn', 'Exists', 'DoesNotExist']
const protocols = ['TCP', 'UDP', 'SCTP']
const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']
const accessModes = ['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod']
const policies = ['Honor', 'Ignore']

export const enumerations: Readonly<Record<string, readonly string[]>> = {
  'Container.imagePullPolicy': ['Always', 'IfNotPresent', 'Never'], 'Container.terminationMessagePolicy': ['File', 'FallbackToLogsOnError'], 'Container.restartPolicy': ['Always', 'OnFailure', 'Never'],
  'ContainerPort.protocol': protocols, 'ServicePort.protocol': protocols, 'NetworkPolicyPort.protocol': protocols,
  'PodSpec.restartPolicy': ['Always', 'OnFailure', 'Never'], 'PodSpec.dnsPolicy': ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'], 'PodSpec.preemptionPolicy': ['PreemptLowerPriority', 'Never'],
  'PriorityClass.preemptionPolicy': ['PreemptLowerPriority', 'Never'],
  'Toleration.operator': ['Equal', 'Exists'], 'Toleration.effect': effects, 'Taint.effect': effects,
  'TopologySpreadConstraint.whenUnsatisfiable': ['DoNotSchedule', 'ScheduleAnyway'], 'TopologySpreadConstraint.nodeAffinityPolicy': policies, 'TopologySpreadConstraint.nodeTaintsPolicy': policies,
  'NodeSelectorRequirement.operator': [...operators, 'Gt', 'Lt'], 'LabelSelectorRequirement.operator': operators,
  'ServiceSpec.type': ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'], 'ServiceSpec.sessionAffinity': ['None', 'ClientIP'], 'ServiceSpec.externalTrafficPolicy': ['Cluster', 'Local'], 'ServiceSpec.internalTrafficPolicy': ['Cluster', 'Local'],
  'DeploymentStrategy.type': ['RollingUpdate', 'Recreate'], 'DaemonSetUpdateStrategy.type': ['RollingUpdate', 'OnDelete'], 'StatefulSetUpdateStrategy.type': ['RollingUpdate', 'OnDelete'],
  'StatefulSetSpec.podManagementPolicy': ['OrderedReady', 'Parallel'], 'JobSpec.completionMode': ['NonIndexed', 'Indexed'], 'JobSpec.podReplacementPolicy': ['TerminatingOrFailed', 'Failed'],
  'CronJobSpec.concurrencyPolicy': ['Allow', 'Forbid', 'Replace'], 'PodDisruptionBudgetSpec.unhealthyPodEvictionPolicy': ['IfHealthyBudget', 'AlwaysAllow'],
  'StorageClass.volumeBindingMode': ['Immediate', 'WaitForFirstConsumer'], 'StorageClass.reclaimPolicy': ['Delete', 'Retain'],
  'PersistentVolumeSpec.persistentVolumeReclaimPolicy': ['Retain', 'Delete', 'Recycle'], 'PersistentVolumeSpec.volumeMode': ['Filesystem', 'Block'], 'PersistentVolumeSpec.accessModes': accessModes,
  'PersistentVolumeClaimSpec.volumeMode': ['Filesystem', 'Block'], 'PersistentVolumeClaimSpec.accessModes': accessModes,
  'ScoringStrategy.type': ['LeastAllocated', 'MostAllocated', 'RequestedToCapacityRatio'], 'PodTopologySpreadArgs.defaultingType': ['System', 'List'],
}

export const defaults: Readonly<Record<string, string>> = {
  'DeploymentSpec.replicas': '1', 'DeploymentSpec.revisionHistoryLimit': '10', 'DeploymentSpec.progressDeadlineSeconds': '600', 'DeploymentStrategy.type': 'RollingUpdate', 'RollingUpdateDeployment.maxSurge': '25%', 'RollingUpdateDeployment.maxUnavailable': '25%',
  'ReplicaSetSpec.replicas': '1', 'StatefulSetSpec.replicas': '1', 'StatefulSetSpec.revisionHistoryLimit': '10', 'StatefulSetSpec.podManagementPolicy': 'OrderedReady', 'StatefulSetUpdateStrategy.type': 'RollingUpdate',
  'DaemonSetSpec.revisionHistoryLimit': '10', 'DaemonSetUpdateStrategy.type': 'RollingUpdate', 'JobSpec.completions': '1', 'JobSpec.parallelism': '1', 'JobSpec.backoffLimit': '6', 'JobSpec.completionMode': 'NonIndexed',
  'CronJobSpec.concurrencyPolicy': 'Allow', 'CronJobSpec.successfulJobsHistoryLimit': '3', 'CronJobSpec.failedJobsHistoryLimit': '1',
  'PodSpec.restartPolicy': 'Always', 'PodSpec.dnsPolicy': 'ClusterFirst', 'PodSpec.schedulerName': 'default-scheduler', 'PodSpec.terminationGracePeriodSeconds': '30', 'PodSpec.enableServiceLinks': 'true', 'PodSpec.preemptionPolicy': 'PreemptLowerPriority',
  'Container.terminationMessagePath': '/dev/termination-log', 'Container.terminationMessagePolicy': 'File', 'ContainerPort.protocol': 'TCP', 'ServicePort.protocol': 'TCP',
  'Probe.timeoutSeconds': '1', 'Probe.periodSeconds': '10', 'Probe.successThreshold': '1', 'Probe.failureThreshold': '3',
  'ServiceSpec.type': 'ClusterIP', 'ServiceSpec.sessionAffinity': 'None', 'TopologySpreadConstraint.nodeAffinityPolicy': 'Honor', 'TopologySpreadConstraint.nodeTaintsPolicy': 'Ignore',
  'StorageClass.volumeBindingMode': 'Immediate', 'StorageClass.reclaimPolicy': 'Delete', 'PersistentVolumeSpec.volumeMode': 'Filesystem', 'PersistentVolumeClaimSpec.volumeMode': 'Filesystem',
  'KubeSchedulerConfiguration.parallelism': '16', 'KubeSchedulerConfiguration.percentageOfNodesToScore': '0', 'KubeSchedulerConfiguration.podInitialBackoffSeconds': '1', 'KubeSchedulerConfiguration.podMaxBackoffSeconds': '10',
  'KubeSchedulerProfile.schedulerName': 'default-scheduler', 'ScoringStrategy.type': 'LeastAllocated', 'PodTopologySpreadArgs.defaultingType': 'System', 'InterPodAffinityArgs.hardPodAffinityWeight': '1',
  'DefaultPreemptionArgs.minCandidateNodesPercentage': '10', 'DefaultPreemptionArgs.minCandidateNodesAbsolute': '100', 'VolumeBindingArgs.bindTimeoutSeconds': '600',
}
