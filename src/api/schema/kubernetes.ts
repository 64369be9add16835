// Generated from the OpenAPI structure of Kubernetes v1.37.2 by scripts/generate-api-schema.mjs. Do not edit.

/** The version of Kubernetes whose types these are. */
export const kubernetesVersion = 'v1.37.2'

/** One type a line, in the notation that parse.ts explains. */
export const kubernetesSchema = `
apps.v1.ControllerRevision @apps/v1/ControllerRevision apiVersion:s data:RawExtension! kind:s metadata:meta.v1.ObjectMeta={} revision:i64=0
apps.v1.ControllerRevisionList @apps/v1/ControllerRevisionList apiVersion:s items:[.ControllerRevision]!^ kind:s metadata:meta.v1.ListMeta={}
apps.v1.DaemonSet @apps/v1/DaemonSet apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} spec:.DaemonSetSpec!={} status:.DaemonSetStatus={}
apps.v1.DaemonSetCondition lastTransitionTime:Time^ message:s reason:s status:s="" type:s=""
apps.v1.DaemonSetList @apps/v1/DaemonSetList apiVersion:s items:[.DaemonSet]!^ kind:s metadata:meta.v1.ListMeta={}
apps.v1.DaemonSetSpec minReadySeconds:i32 revisionHistoryLimit:i32? selector:meta.v1.LabelSelector! template:core.v1.PodTemplateSpec!={} updateStrategy:.DaemonSetUpdateStrategy={}
apps.v1.DaemonSetStatus collisionCount:i32? conditions:[.DaemonSetCondition]map(type)~merge(type) currentNumberScheduled:i32!=0 desiredNumberScheduled:i32!=0 numberAvailable:i32 numberMisscheduled:i32!=0 numberReady:i32!=0 numberUnavailable:i32 observedGeneration:i64 updatedNumberScheduled:i32
apps.v1.DaemonSetUpdateStrategy rollingUpdate:.RollingUpdateDaemonSet type:s
apps.v1.Deployment @apps/v1/Deployment apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} spec:.DeploymentSpec!={} status:.DeploymentStatus={}
apps.v1.DeploymentCondition lastTransitionTime:Time^ lastUpdateTime:Time^ message:s reason:s status:s="" type:s=""
apps.v1.DeploymentList @apps/v1/DeploymentList apiVersion:s items:[.Deployment]!^ kind:s metadata:meta.v1.ListMeta={}
apps.v1.DeploymentSpec minReadySeconds:i32 paused:b progressDeadlineSeconds:i32? replicas:i32? revisionHistoryLimit:i32? selector:meta.v1.LabelSelector! strategy:.DeploymentStrategy~retainKeys={} template:core.v1.PodTemplateSpec!={}
apps.v1.DeploymentStatus availableReplicas:i32 collisionCount:i32? conditions:[.DeploymentCondition]map(type)~merge(type) observedGeneration:i64 readyReplicas:i32 replicas:i32 terminatingReplicas:i32? unavailableReplicas:i32 updatedReplicas:i32
apps.v1.DeploymentStrategy rollingUpdate:.RollingUpdateDeployment type:s
apps.v1.ReplicaSet @apps/v1/ReplicaSet apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} spec:.ReplicaSetSpec!={} status:.ReplicaSetStatus={}
apps.v1.ReplicaSetCondition lastTransitionTime:Time^ message:s reason:s status:s="" type:s=""
apps.v1.ReplicaSetList @apps/v1/ReplicaSetList apiVersion:s items:[.ReplicaSet]!^ kind:s metadata:meta.v1.ListMeta={}
apps.v1.ReplicaSetSpec minReadySeconds:i32 replicas:i32? selector:meta.v1.LabelSelector! template:core.v1.PodTemplateSpec={}
apps.v1.ReplicaSetStatus availableReplicas:i32 conditions:[.ReplicaSetCondition]map(type)~merge(type) fullyLabeledReplicas:i32 observedGeneration:i64 readyReplicas:i32 replicas:i32!=0 terminatingReplicas:i32?
apps.v1.RollingUpdateDaemonSet maxSurge:IntOrString maxUnavailable:IntOrString
apps.v1.RollingUpdateDeployment maxSurge:IntOrString maxUnavailable:IntOrString
apps.v1.RollingUpdateStatefulSetStrategy maxUnavailable:IntOrString partition:i32?
apps.v1.StatefulSet @apps/v1/StatefulSet apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} spec:.StatefulSetSpec!={} status:.StatefulSetStatus={}
apps.v1.StatefulSetCondition lastTransitionTime:Time^ message:s reason:s status:s="" type:s=""
apps.v1.StatefulSetList @apps/v1/StatefulSetList apiVersion:s items:[.StatefulSet]!^ kind:s metadata:meta.v1.ListMeta={}
apps.v1.StatefulSetOrdinals start:i32=0
apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy whenDeleted:s whenScaled:s
apps.v1.StatefulSetSpec minReadySeconds:i32 ordinals:.StatefulSetOrdinals persistentVolumeClaimRetentionPolicy:.StatefulSetPersistentVolumeClaimRetentionPolicy podManagementPolicy:s replicas:i32? revisionHistoryLimit:i32? selector:meta.v1.LabelSelector! serviceName:s="" template:core.v1.PodTemplateSpec!={} updateStrategy:.StatefulSetUpdateStrategy={} volumeClaimTemplates:[core.v1.PersistentVolumeClaim]atomic
apps.v1.StatefulSetStatus availableReplicas:i32=0 collisionCount:i32? conditions:[.StatefulSetCondition]map(type)~merge(type) currentReplicas:i32 currentRevision:s observedGeneration:i64 readyReplicas:i32 replicas:i32!=0 updateRevision:s updatedReplicas:i32
apps.v1.StatefulSetUpdateStrategy rollingUpdate:.RollingUpdateStatefulSetStrategy type:s
authentication.v1.BoundObjectReference apiVersion:s kind:s name:s uid:s
authentication.v1.SelfSubjectReview @authentication.k8s.io/v1/SelfSubjectReview apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} status:.SelfSubjectReviewStatus={}
authentication.v1.SelfSubjectReviewStatus userInfo:.UserInfo={}
authentication.v1.TokenRequest @authentication.k8s.io/v1/TokenRequest apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} spec:.TokenRequestSpec={} status:.TokenRequestStatus={}
authentication.v1.TokenRequestSpec attestations:{[s]} audiences:[s]atomic boundObjectRef:.BoundObjectReference expirationSeconds:i64?
authentication.v1.TokenRequestStatus expirationTimestamp:Time^ token:s=""
authentication.v1.TokenReview @authentication.k8s.io/v1/TokenReview apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} spec:.TokenReviewSpec!={} status:.TokenReviewStatus={}
authentication.v1.TokenReviewSpec audiences:[s]atomic token:s!
authentication.v1.TokenReviewStatus audiences:[s]atomic authenticated:b error:s user:.UserInfo={}
authentication.v1.UserInfo extra:{[s]} groups:[s]atomic uid:s username:s
authorization.v1.FieldSelectorAttributes rawSelector:s requirements:[meta.v1.FieldSelectorRequirement]atomic
authorization.v1.LabelSelectorAttributes rawSelector:s requirements:[meta.v1.LabelSelectorRequirement]atomic
authorization.v1.LocalSubjectAccessReview @authorization.k8s.io/v1/LocalSubjectAccessReview apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} spec:.SubjectAccessReviewSpec!={} status:.SubjectAccessReviewStatus={}
authorization.v1.NonResourceAttributes path:s verb:s
authorization.v1.NonResourceRule nonResourceURLs:[s]atomic verbs:[s]atomic!^
authorization.v1.ResourceAttributes fieldSelector:.FieldSelectorAttributes group:s labelSelector:.LabelSelectorAttributes name:s namespace:s resource:s subresource:s verb:s version:s
authorization.v1.ResourceRule apiGroups:[s]atomic resourceNames:[s]atomic resources:[s]atomic verbs:[s]atomic!^
authorization.v1.SelfSubjectAccessReview @authorization.k8s.io/v1/SelfSubjectAccessReview apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} spec:.SelfSubjectAccessReviewSpec!={} status:.SubjectAccessReviewStatus={}
authorization.v1.SelfSubjectAccessReviewSpec nonResourceAttributes:.NonResourceAttributes resourceAttributes:.ResourceAttributes
authorization.v1.SelfSubjectRulesReview @authorization.k8s.io/v1/SelfSubjectRulesReview apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} spec:.SelfSubjectRulesReviewSpec!={} status:.SubjectRulesReviewStatus={}
authorization.v1.SelfSubjectRulesReviewSpec namespace:s
authorization.v1.SubjectAccessReview @authorization.k8s.io/v1/SubjectAccessReview apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} spec:.SubjectAccessReviewSpec!={} status:.SubjectAccessReviewStatus={}
authorization.v1.SubjectAccessReviewSpec extra:{[s]} groups:[s]atomic nonResourceAttributes:.NonResourceAttributes resourceAttributes:.ResourceAttributes uid:s user:s
authorization.v1.SubjectAccessReviewStatus allowed:b!=false denied:b evaluationError:s reason:s
authorization.v1.SubjectRulesReviewStatus evaluationError:s incomplete:b!=false nonResourceRules:[.NonResourceRule]atomic!^ resourceRules:[.ResourceRule]atomic!^
autoscaling.v1.CrossVersionObjectReference atomic apiVersion:s kind:s!="" name:s!=""
autoscaling.v1.HorizontalPodAutoscaler @autoscaling/v1/HorizontalPodAutoscaler apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} spec:.HorizontalPodAutoscalerSpec!={} status:.HorizontalPodAutoscalerStatus={}
autoscaling.v1.HorizontalPodAutoscalerList @autoscaling/v1/HorizontalPodAutoscalerList apiVersion:s items:[.HorizontalPodAutoscaler]!^ kind:s metadata:meta.v1.ListMeta={}
autoscaling.v1.HorizontalPodAutoscalerSpec maxReplicas:i32!=0 minReplicas:i32? scaleTargetRef:.CrossVersionObjectReference!={} targetCPUUtilizationPercentage:i32?
autoscaling.v1.HorizontalPodAutoscalerStatus currentCPUUtilizationPercentage:i32? currentReplicas:i32!=0 desiredReplicas:i32!=0 lastScaleTime:Time? observedGeneration:i64?
autoscaling.v1.Scale @autoscaling/v1/Scale apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} spec:.ScaleSpec={} status:.ScaleStatus={}
autoscaling.v1.ScaleSpec replicas:i32
autoscaling.v1.ScaleStatus replicas:i32!=0 selector:s
autoscaling.v2.ContainerResourceMetricSource container:s!="" name:s!="" target:.MetricTarget!={}
autoscaling.v2.ContainerResourceMetricStatus container:s!="" current:.MetricValueStatus!={} name:s!=""
autoscaling.v2.CrossVersionObjectReference apiVersion:s kind:s!="" name:s!=""
autoscaling.v2.ExternalMetricSource metric:.MetricIdentifier!={} target:.MetricTarget!={}
autoscaling.v2.ExternalMetricStatus current:.MetricValueStatus!={} metric:.MetricIdentifier!={}
autoscaling.v2.HPAScalingPolicy periodSeconds:i32!=0 type:s!="" value:i32!=0
autoscaling.v2.HPAScalingRules policies:[.HPAScalingPolicy]atomic selectPolicy:s? stabilizationWindowSeconds:i32? tolerance:Quantity
autoscaling.v2.HorizontalPodAutoscaler @autoscaling/v2/HorizontalPodAutoscaler apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} spec:.HorizontalPodAutoscalerSpec!={} status:.HorizontalPodAutoscalerStatus={}
autoscaling.v2.HorizontalPodAutoscalerBehavior scaleDown:.HPAScalingRules scaleUp:.HPAScalingRules
autoscaling.v2.HorizontalPodAutoscalerCondition lastTransitionTime:Time^ message:s observedGeneration:i64 reason:s status:s!="" type:s!=""
autoscaling.v2.HorizontalPodAutoscalerList @autoscaling/v2/HorizontalPodAutoscalerList apiVersion:s items:[.HorizontalPodAutoscaler]!^ kind:s metadata:meta.v1.ListMeta={}
autoscaling.v2.HorizontalPodAutoscalerSpec behavior:.HorizontalPodAutoscalerBehavior maxReplicas:i32!=0 metrics:[.MetricSpec]atomic minReplicas:i32? scaleTargetRef:.CrossVersionObjectReference!={}
autoscaling.v2.HorizontalPodAutoscalerStatus conditions:[.HorizontalPodAutoscalerCondition]map(type)~merge(type) currentMetrics:[.MetricStatus]atomic^ currentReplicas:i32 desiredReplicas:i32!=0 lastScaleTime:Time? observedGeneration:i64?
autoscaling.v2.MetricIdentifier name:s!="" selector:meta.v1.LabelSelector
autoscaling.v2.MetricSpec containerResource:.ContainerResourceMetricSource external:.ExternalMetricSource object:.ObjectMetricSource pods:.PodsMetricSource resource:.ResourceMetricSource type:s!=""
autoscaling.v2.MetricStatus containerResource:.ContainerResourceMetricStatus external:.ExternalMetricStatus object:.ObjectMetricStatus pods:.PodsMetricStatus resource:.ResourceMetricStatus type:s!=""
autoscaling.v2.MetricTarget averageUtilization:i32? averageValue:Quantity type:s!="" value:Quantity
autoscaling.v2.MetricValueStatus averageUtilization:i32? averageValue:Quantity value:Quantity
autoscaling.v2.ObjectMetricSource describedObject:.CrossVersionObjectReference!={} metric:.MetricIdentifier!={} target:.MetricTarget!={}
autoscaling.v2.ObjectMetricStatus current:.MetricValueStatus!={} describedObject:.CrossVersionObjectReference!={} metric:.MetricIdentifier!={}
autoscaling.v2.PodsMetricSource metric:.MetricIdentifier!={} target:.MetricTarget!={}
autoscaling.v2.PodsMetricStatus current:.MetricValueStatus!={} metric:.MetricIdentifier!={}
autoscaling.v2.ResourceMetricSource name:s!="" target:.MetricTarget!={}
autoscaling.v2.ResourceMetricStatus current:.MetricValueStatus!={} name:s!=""
batch.v1.CronJob @batch/v1/CronJob apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} spec:.CronJobSpec!={} status:.CronJobStatus={}
batch.v1.CronJobList @batch/v1/CronJobList apiVersion:s items:[.CronJob]!^ kind:s metadata:meta.v1.ListMeta={}
batch.v1.CronJobSpec concurrencyPolicy:s failedJobsHistoryLimit:i32? jobTemplate:.JobTemplateSpec!={} schedule:s!="" startingDeadlineSeconds:i64? successfulJobsHistoryLimit:i32? suspend:b? timeZone:s?
batch.v1.CronJobStatus active:[core.v1.ObjectReference]atomic lastScheduleTime:Time? lastSuccessfulTime:Time?
batch.v1.Job @batch/v1/Job apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} spec:.JobSpec={} status:.JobStatus={}
batch.v1.JobCondition lastProbeTime:Time^ lastTransitionTime:Time^ message:s reason:s status:s!="" type:s!=""
batch.v1.JobList @batch/v1/JobList apiVersion:s items:[.Job]!^ kind:s metadata:meta.v1.ListMeta={}
batch.v1.JobSchedulingConfiguration disruptionMode:scheduling.v1alpha3.WorkloadPodGroupDisruptionMode resourceClaims:[scheduling.v1alpha3.WorkloadPodGroupResourceClaim]map(name)~merge(name) schedulingConstraints:scheduling.v1alpha3.WorkloadPodGroupSchedulingConstraints schedulingPolicy:scheduling.v1alpha3.WorkloadPodGroupSchedulingPolicy
batch.v1.JobSpec activeDeadlineSeconds:i64? backoffLimit:i32? backoffLimitPerIndex:i32? completionMode:s? completions:i32? managedBy:s? manualSelector:b? maxFailedIndexes:i32? parallelism:i32? podFailurePolicy:.PodFailurePolicy podReplacementPolicy:s? scheduling:.JobSchedulingConfiguration selector:meta.v1.LabelSelector successPolicy:.SuccessPolicy suspend:b? template:core.v1.PodTemplateSpec!={} ttlSecondsAfterFinished:i32?
batch.v1.JobStatus active:i32 completedIndexes:s completionTime:Time? conditions:[.JobCondition]atomic~merge(type) failed:i32 failedIndexes:s? ready:i32? startTime:Time? succeeded:i32 terminating:i32? uncountedTerminatedPods:.UncountedTerminatedPods
batch.v1.JobTemplateSpec metadata:meta.v1.ObjectMeta={} spec:.JobSpec={}
batch.v1.PodFailurePolicy rules:[.PodFailurePolicyRule]atomic!^
batch.v1.PodFailurePolicyOnExitCodesRequirement containerName:s? operator:s!="" values:[i32]set!^
batch.v1.PodFailurePolicyOnPodConditionsPattern status:s type:s!=""
batch.v1.PodFailurePolicyRule action:s!="" onExitCodes:.PodFailurePolicyOnExitCodesRequirement onPodConditions:[.PodFailurePolicyOnPodConditionsPattern]atomic
batch.v1.SuccessPolicy rules:[.SuccessPolicyRule]atomic!^
batch.v1.SuccessPolicyRule succeededCount:i32? succeededIndexes:s?
batch.v1.UncountedTerminatedPods failed:[s]set succeeded:[s]set
coordination.v1.Lease @coordination.k8s.io/v1/Lease apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} spec:.LeaseSpec={}
coordination.v1.LeaseList @coordination.k8s.io/v1/LeaseList apiVersion:s items:[.Lease]!^ kind:s metadata:meta.v1.ListMeta={}
coordination.v1.LeaseSpec acquireTime:MicroTime? holderIdentity:s? leaseDurationSeconds:i32? leaseTransitions:i32? preferredHolder:s? renewTime:MicroTime? strategy:s?
core.v1.AWSElasticBlockStoreVolumeSource fsType:s partition:i32 readOnly:b volumeID:s!=""
core.v1.Affinity nodeAffinity:.NodeAffinity podAffinity:.PodAffinity podAntiAffinity:.PodAntiAffinity
core.v1.AppArmorProfile localhostProfile:s? type:s!=""
core.v1.AttachedVolume devicePath:s!="" name:s!=""
core.v1.AzureDiskVolumeSource cachingMode:s="ReadWrite" diskName:s!="" diskURI:s!="" fsType:s="ext4" kind:s="Shared" readOnly:b=false
core.v1.AzureFilePersistentVolumeSource readOnly:b secretName:s!="" secretNamespace:s? shareName:s!=""
core.v1.AzureFileVolumeSource readOnly:b secretName:s!="" shareName:s!=""
core.v1.Binding @/v1/Binding apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} target:.ObjectReference!={}
core.v1.CSIPersistentVolumeSource controllerExpandSecretRef:.SecretReference controllerPublishSecretRef:.SecretReference driver:s!="" fsType:s nodeExpandSecretRef:.SecretReference nodePublishSecretRef:.SecretReference nodeStageSecretRef:.SecretReference readOnly:b volumeAttributes:{s} volumeHandle:s!=""
core.v1.CSIVolumeSource driver:s!="" fsType:s? nodePublishSecretRef:.LocalObjectReference readOnly:b? volumeAttributes:{s}
core.v1.Capabilities add:[s]atomic drop:[s]atomic
core.v1.CephFSPersistentVolumeSource monitors:[s]atomic!^ path:s readOnly:b secretFile:s secretRef:.SecretReference user:s
core.v1.CephFSVolumeSource monitors:[s]atomic!^ path:s readOnly:b secretFile:s secretRef:.LocalObjectReference user:s
core.v1.CinderPersistentVolumeSource fsType:s readOnly:b secretRef:.SecretReference volumeID:s!=""
core.v1.CinderVolumeSource fsType:s readOnly:b secretRef:.LocalObjectReference volumeID:s!=""
core.v1.ClientIPConfig timeoutSeconds:i32?
core.v1.ClusterTrustBundleProjection labelSelector:meta.v1.LabelSelector name:s? optional:b? path:s!="" signerName:s? user:i64?
core.v1.ComponentCondition error:s message:s status:s!="" type:s!=""
core.v1.ComponentStatus @/v1/ComponentStatus apiVersion:s conditions:[.ComponentCondition]map(type)~merge(type) kind:s metadata:meta.v1.ObjectMeta={}
core.v1.ComponentStatusList @/v1/ComponentStatusList apiVersion:s items:[.ComponentStatus]!^ kind:s metadata:meta.v1.ListMeta={}
core.v1.ConfigMap @/v1/ConfigMap apiVersion:s binaryData:{bytes} data:{s} immutable:b? kind:s metadata:meta.v1.ObjectMeta={}
core.v1.ConfigMapEnvSource name:s optional:b?
core.v1.ConfigMapKeySelector atomic key:s!="" name:s optional:b?
core.v1.ConfigMapList @/v1/ConfigMapList apiVersion:s items:[.ConfigMap]!^ kind:s metadata:meta.v1.ListMeta={}
core.v1.ConfigMapNodeConfigSource kubeletConfigKey:s!="" name:s!="" namespace:s!="" resourceVersion:s uid:s
core.v1.ConfigMapProjection items:[.KeyToPath]atomic name:s optional:b?
core.v1.ConfigMapVolumeSource defaultMode:i32? defaultUser:i64? items:[.KeyToPath]atomic name:s optional:b?
core.v1.Container args:[s]atomic command:[s]atomic env:[.EnvVar]map(name)~merge(name) envFrom:[.EnvFromSource]atomic image:s imagePullPolicy:s lifecycle:.Lifecycle livenessProbe:.Probe name:s!="" ports:[.ContainerPort]map(containerPort,protocol)~merge(containerPort) readinessProbe:.Probe resizePolicy:[.ContainerResizePolicy]atomic resources:.ResourceRequirements={} restartPolicy:s? restartPolicyRules:[.ContainerRestartRule]atomic securityContext:.SecurityContext startupProbe:.Probe stdin:b stdinOnce:b terminationMessagePath:s terminationMessagePolicy:s tty:b volumeDevices:[.VolumeDevice]map(devicePath)~merge(devicePath) volumeMounts:[.VolumeMount]map(mountPath)~merge(mountPath) workingDir:s
core.v1.ContainerExtendedResourceRequest containerName:s!="" requestName:s!="" resourceName:s!=""
core.v1.ContainerImage names:[s]atomic sizeBytes:i64
core.v1.ContainerPort containerPort:i32!=0 hostIP:s hostPort:i32 name:s protocol:s="TCP"
core.v1.ContainerResizePolicy resourceName:s!="" restartPolicy:s!=""
core.v1.ContainerRestartRule action:s! exitCodes:.ContainerRestartRuleOnExitCodes
core.v1.ContainerRestartRuleOnExitCodes operator:s! values:[i32]set
core.v1.ContainerState running:.ContainerStateRunning terminated:.ContainerStateTerminated waiting:.ContainerStateWaiting
core.v1.ContainerStateRunning startedAt:Time^
core.v1.ContainerStateTerminated containerID:s exitCode:i32!=0 finishedAt:Time^ message:s reason:s signal:i32 startedAt:Time^
core.v1.ContainerStateWaiting message:s reason:s
core.v1.ContainerStatus allocatedResources:{Quantity} allocatedResourcesStatus:[.ResourceStatus]map(name)~merge(name) containerID:s image:s!="" imageID:s!="" lastState:.ContainerState={} name:s!="" ready:b!=false resources:.ResourceRequirements restartCount:i32!=0 started:b? state:.ContainerState={} stopSignal:s? user:.ContainerUser volumeMounts:[.VolumeMountStatus]map(mountPath)~merge(mountPath)
core.v1.ContainerUser linux:.LinuxContainerUser
core.v1.DaemonEndpoint Port:i32!=0
core.v1.DownwardAPIProjection items:[.DownwardAPIVolumeFile]atomic
core.v1.DownwardAPIVolumeFile fieldRef:.ObjectFieldSelector mode:i32? path:s!="" resourceFieldRef:.ResourceFieldSelector user:i64?
core.v1.DownwardAPIVolumeSource defaultMode:i32? defaultUser:i64? items:[.DownwardAPIVolumeFile]atomic
core.v1.EmptyDirVolumeSource medium:s mode:i32 sizeLimit:Quantity
core.v1.EndpointAddress atomic hostname:s ip:s!="" nodeName:s? targetRef:.ObjectReference
core.v1.EndpointPort atomic appProtocol:s? name:s port:i32!=0 protocol:s
core.v1.EndpointSubset addresses:[.EndpointAddress]atomic notReadyAddresses:[.EndpointAddress]atomic ports:[.EndpointPort]atomic
core.v1.Endpoints @/v1/Endpoints apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} subsets:[.EndpointSubset]atomic
core.v1.EndpointsList @/v1/EndpointsList apiVersion:s items:[.Endpoints]!^ kind:s metadata:meta.v1.ListMeta={}
core.v1.EnvFromSource configMapRef:.ConfigMapEnvSource prefix:s secretRef:.SecretEnvSource
core.v1.EnvVar name:s!="" value:s valueFrom:.EnvVarSource
core.v1.EnvVarSource configMapKeyRef:.ConfigMapKeySelector fieldRef:.ObjectFieldSelector fileKeyRef:.FileKeySelector resourceFieldRef:.ResourceFieldSelector secretKeyRef:.SecretKeySelector
core.v1.EphemeralContainer args:[s]atomic command:[s]atomic env:[.EnvVar]map(name)~merge(name) envFrom:[.EnvFromSource]atomic image:s imagePullPolicy:s lifecycle:.Lifecycle livenessProbe:.Probe name:s!="" ports:[.ContainerPort]map(containerPort,protocol)~merge(containerPort) readinessProbe:.Probe resizePolicy:[.ContainerResizePolicy]atomic resources:.ResourceRequirements={} restartPolicy:s? restartPolicyRules:[.ContainerRestartRule]atomic securityContext:.SecurityContext startupProbe:.Probe stdin:b stdinOnce:b targetContainerName:s terminationMessagePath:s terminationMessagePolicy:s tty:b volumeDevices:[.VolumeDevice]map(devicePath)~merge(devicePath) volumeMounts:[.VolumeMount]map(mountPath)~merge(mountPath) workingDir:s
core.v1.EphemeralVolumeSource volumeClaimTemplate:.PersistentVolumeClaimTemplate
core.v1.Event @/v1/Event action:s apiVersion:s count:i32 eventTime:MicroTime^ firstTimestamp:Time^ involvedObject:.ObjectReference!={} kind:s lastTimestamp:Time^ message:s metadata:meta.v1.ObjectMeta!={} reason:s related:.ObjectReference reportingComponent:s="" reportingInstance:s="" series:.EventSeries source:.EventSource={} type:s
core.v1.EventList @/v1/EventList apiVersion:s items:[.Event]!^ kind:s metadata:meta.v1.ListMeta={}
core.v1.EventSeries count:i32 lastObservedTime:MicroTime^
core.v1.EventSource component:s host:s
core.v1.EvictionResponder atomic name:s!="" priority:i32!?
core.v1.ExecAction command:[s]atomic
core.v1.FCVolumeSource fsType:s lun:i32? readOnly:b targetWWNs:[s]atomic wwids:[s]atomic
core.v1.FileKeySelector atomic key:s!="" optional:b=false path:s!="" volumeName:s!=""
core.v1.FlexPersistentVolumeSource driver:s!="" fsType:s options:{s} readOnly:b secretRef:.SecretReference
core.v1.FlexVolumeSource driver:s!="" fsType:s options:{s} readOnly:b secretRef:.LocalObjectReference
core.v1.FlockerVolumeSource datasetName:s datasetUUID:s
core.v1.GCEPersistentDiskVolumeSource fsType:s partition:i32 pdName:s!="" readOnly:b
core.v1.GRPCAction mode:s port:i32!=0 service:s?=""
core.v1.GitRepoVolumeSource directory:s repository:s!="" revision:s
core.v1.GlusterfsPersistentVolumeSource endpoints:s!="" endpointsNamespace:s? path:s!="" readOnly:b
core.v1.GlusterfsVolumeSource endpoints:s!="" path:s!="" readOnly:b
core.v1.HTTPGetAction host:s httpHeaders:[.HTTPHeader]atomic path:s port:IntOrString! protocol:s scheme:s
core.v1.HTTPHeader name:s!="" value:s!=""
core.v1.HostAlias hostnames:[s]atomic ip:s!=""
core.v1.HostIP ip:s!=""
core.v1.HostPathVolumeSource path:s!="" type:s?
core.v1.ISCSIPersistentVolumeSource chapAuthDiscovery:b chapAuthSession:b fsType:s initiatorName:s? iqn:s!="" iscsiInterface:s="default" lun:i32!=0 portals:[s]atomic readOnly:b secretRef:.SecretReference targetPortal:s!=""
core.v1.ISCSIVolumeSource chapAuthDiscovery:b chapAuthSession:b fsType:s initiatorName:s? iqn:s!="" iscsiInterface:s="default" lun:i32!=0 portals:[s]atomic readOnly:b secretRef:.LocalObjectReference targetPortal:s!=""
core.v1.ImageVolumeSource pullPolicy:s reference:s
core.v1.ImageVolumeStatus imageRef:s!
core.v1.KeyToPath key:s!="" mode:i32? path:s!="" user:i64?
core.v1.Lifecycle postStart:.LifecycleHandler preStop:.LifecycleHandler stopSignal:s?
core.v1.LifecycleHandler exec:.ExecAction httpGet:.HTTPGetAction sleep:.SleepAction tcpSocket:.TCPSocketAction
core.v1.LimitRange @/v1/LimitRange apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} spec:.LimitRangeSpec={}
core.v1.LimitRangeItem default:{Quantity} defaultRequest:{Quantity} max:{Quantity} maxLimitRequestRatio:{Quantity} min:{Quantity} type:s!=""
core.v1.LimitRangeList @/v1/LimitRangeList apiVersion:s items:[.LimitRange]!^ kind:s metadata:meta.v1.ListMeta={}
core.v1.LimitRangeSpec limits:[.LimitRangeItem]atomic!^
core.v1.LinuxContainerUser gid:i64!=0 supplementalGroups:[i64]atomic uid:i64!=0
core.v1.LoadBalancerIngress hostname:s ip:s ipMode:s? ports:[.PortStatus]atomic
core.v1.LoadBalancerStatus ingress:[.LoadBalancerIngress]atomic
core.v1.LocalObjectReference atomic name:s
core.v1.LocalVolumeSource fsType:s? path:s!=""
core.v1.ModifyVolumeStatus status:s!="" targetVolumeAttributesClassName:s
core.v1.NFSVolumeSource path:s!="" readOnly:b server:s!=""
core.v1.Namespace @/v1/Namespace apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} spec:.NamespaceSpec={} status:.NamespaceStatus={}
core.v1.NamespaceCondition lastTransitionTime:Time^ message:s reason:s status:s!="" type:s!=""
core.v1.NamespaceList @/v1/NamespaceList apiVersion:s items:[.Namespace]!^ kind:s metadata:meta.v1.ListMeta={}
core.v1.NamespaceSpec finalizers:[s]atomic
core.v1.NamespaceStatus conditions:[.NamespaceCondition]map(type)~merge(type) phase:s
core.v1.Node @/v1/Node apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} spec:.NodeSpec={} status:.NodeStatus={}
core.v1.NodeAddress address:s!="" type:s!=""
core.v1.NodeAffinity preferredDuringSchedulingIgnoredDuringExecution:[.PreferredSchedulingTerm]atomic requiredDuringSchedulingIgnoredDuringExecution:.NodeSelector
core.v1.NodeAllocatableMappedResources name:s!="" quantity:Quantity!
core.v1.NodeAllocatableOverheadResources name:s!="" perContainer:Quantity perPod:Quantity
core.v1.NodeAllocatableResourceClaimStatus containers:[s]set mapping:[.NodeAllocatableMappedResources]map(name)~merge(name) overhead:[.NodeAllocatableOverheadResources]map(name)~merge(name) resourceClaimName:s!=""
core.v1.NodeCondition lastHeartbeatTime:Time^ lastTransitionTime:Time^ message:s reason:s status:s!="" type:s!=""
core.v1.NodeConfigSource configMap:.ConfigMapNodeConfigSource
core.v1.NodeConfigStatus active:.NodeConfigSource assigned:.NodeConfigSource error:s lastKnownGood:.NodeConfigSource
core.v1.NodeDaemonEndpoints kubeletEndpoint:.DaemonEndpoint={}
core.v1.NodeFeatures supplementalGroupsPolicy:b?
core.v1.NodeList @/v1/NodeList apiVersion:s items:[.Node]!^ kind:s metadata:meta.v1.ListMeta={}
core.v1.NodePodPreemptionPolicy disableResizePreemption:[s]set
core.v1.NodeRuntimeHandler features:.NodeRuntimeHandlerFeatures name:s=""
core.v1.NodeRuntimeHandlerFeatures recursiveReadOnlyMounts:b? userNamespaces:b?
core.v1.NodeSelector atomic nodeSelectorTerms:[.NodeSelectorTerm]atomic!^
core.v1.NodeSelectorRequirement key:s!="" operator:s!="" values:[s]atomic
core.v1.NodeSelectorTerm atomic matchExpressions:[.NodeSelectorRequirement]atomic matchFields:[.NodeSelectorRequirement]atomic
core.v1.NodeSpec configSource:.NodeConfigSource externalID:s podCIDR:s podCIDRs:[s]set~merge podPreemptionPolicy:.NodePodPreemptionPolicy providerID:s taints:[.Taint]atomic unschedulable:b
core.v1.NodeStatus addresses:[.NodeAddress]map(type)~merge(type) allocatable:{Quantity} capacity:{Quantity} conditions:[.NodeCondition]map(type)~merge(type) config:.NodeConfigStatus daemonEndpoints:.NodeDaemonEndpoints={} declaredFeatures:[s]atomic features:.NodeFeatures images:[.ContainerImage]atomic nodeInfo:.NodeSystemInfo={} phase:s runtimeHandlers:[.NodeRuntimeHandler]atomic volumesAttached:[.AttachedVolume]atomic volumesInUse:[s]atomic
core.v1.NodeSwapStatus capacity:i64?
core.v1.NodeSystemInfo architecture:s!="" bootID:s!="" containerRuntimeVersion:s!="" kernelVersion:s!="" kubeProxyVersion:s!="" kubeletVersion:s!="" machineID:s!="" operatingSystem:s!="" osImage:s!="" runningInUserNamespace:b? swap:.NodeSwapStatus systemUUID:s!=""
core.v1.ObjectFieldSelector atomic apiVersion:s fieldPath:s!=""
core.v1.ObjectReference atomic apiVersion:s fieldPath:s kind:s name:s namespace:s resourceVersion:s uid:s
core.v1.PersistentVolume @/v1/PersistentVolume apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} spec:.PersistentVolumeSpec={} status:.PersistentVolumeStatus={}
core.v1.PersistentVolumeClaim @/v1/PersistentVolumeClaim apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} spec:.PersistentVolumeClaimSpec={} status:.PersistentVolumeClaimStatus={}
core.v1.PersistentVolumeClaimCondition lastProbeTime:Time^ lastTransitionTime:Time^ message:s reason:s status:s!="" type:s!=""
core.v1.PersistentVolumeClaimList @/v1/PersistentVolumeClaimList apiVersion:s items:[.PersistentVolumeClaim]!^ kind:s metadata:meta.v1.ListMeta={}
core.v1.PersistentVolumeClaimSpec accessModes:[s]atomic dataSource:.TypedLocalObjectReference dataSourceRef:.TypedObjectReference resources:.VolumeResourceRequirements={} selector:meta.v1.LabelSelector storageClassName:s? volumeAttributesClassName:s? volumeMode:s? volumeName:s
core.v1.PersistentVolumeClaimStatus accessModes:[s]atomic allocatedResourceStatuses:{s} allocatedResources:{Quantity} capacity:{Quantity} conditions:[.PersistentVolumeClaimCondition]map(type)~merge(type) currentVolumeAttributesClassName:s? healthStatus:.VolumeHealthStatus modifyVolumeStatus:.ModifyVolumeStatus phase:s
core.v1.PersistentVolumeClaimTemplate metadata:meta.v1.ObjectMeta={} spec:.PersistentVolumeClaimSpec!={}
core.v1.PersistentVolumeClaimVolumeSource claimName:s!="" readOnly:b
core.v1.PersistentVolumeList @/v1/PersistentVolumeList apiVersion:s items:[.PersistentVolume]!^ kind:s metadata:meta.v1.ListMeta={}
core.v1.PersistentVolumeSpec accessModes:[s]atomic awsElasticBlockStore:.AWSElasticBlockStoreVolumeSource azureDisk:.AzureDiskVolumeSource azureFile:.AzureFilePersistentVolumeSource capacity:{Quantity} cephfs:.CephFSPersistentVolumeSource cinder:.CinderPersistentVolumeSource claimRef:.ObjectReference csi:.CSIPersistentVolumeSource fc:.FCVolumeSource flexVolume:.FlexPersistentVolumeSource flocker:.FlockerVolumeSource gcePersistentDisk:.GCEPersistentDiskVolumeSource glusterfs:.GlusterfsPersistentVolumeSource hostPath:.HostPathVolumeSource iscsi:.ISCSIPersistentVolumeSource local:.LocalVolumeSource mountOptions:[s]atomic nfs:.NFSVolumeSource nodeAffinity:.VolumeNodeAffinity persistentVolumeReclaimPolicy:s photonPersistentDisk:.PhotonPersistentDiskVolumeSource portworxVolume:.PortworxVolumeSource quobyte:.QuobyteVolumeSource rbd:.RBDPersistentVolumeSource scaleIO:.ScaleIOPersistentVolumeSource storageClassName:s storageos:.StorageOSPersistentVolumeSource volumeAttributesClassName:s? volumeMode:s? vsphereVolume:.VsphereVirtualDiskVolumeSource
core.v1.PersistentVolumeStatus lastPhaseTransitionTime:Time? message:s phase:s reason:s
core.v1.PhotonPersistentDiskVolumeSource fsType:s pdID:s!=""
core.v1.Pod @/v1/Pod apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} spec:.PodSpec={} status:.PodStatus={}
core.v1.PodAffinity preferredDuringSchedulingIgnoredDuringExecution:[.WeightedPodAffinityTerm]atomic requiredDuringSchedulingIgnoredDuringExecution:[.PodAffinityTerm]atomic
core.v1.PodAffinityTerm labelSelector:meta.v1.LabelSelector matchLabelKeys:[s]atomic mismatchLabelKeys:[s]atomic namespaceSelector:meta.v1.LabelSelector namespaces:[s]atomic topologyKey:s!=""
core.v1.PodAntiAffinity preferredDuringSchedulingIgnoredDuringExecution:[.WeightedPodAffinityTerm]atomic requiredDuringSchedulingIgnoredDuringExecution:[.PodAffinityTerm]atomic
core.v1.PodCertificateProjection certificateChainPath:s credentialBundlePath:s keyPath:s keyType:s! maxExpirationSeconds:i32? signerName:s! user:i64? userAnnotations:{s}
core.v1.PodCondition lastProbeTime:Time^ lastTransitionTime:Time^ message:s observedGeneration:i64 reason:s status:s!="" type:s!=""
core.v1.PodDNSConfig nameservers:[s]atomic options:[.PodDNSConfigOption]atomic searches:[s]atomic
core.v1.PodDNSConfigOption name:s value:s?
core.v1.PodExtendedResourceClaimStatus requestMappings:[.ContainerExtendedResourceRequest]atomic!^ resourceClaimName:s!=""
core.v1.PodIP ip:s!=""
core.v1.PodList @/v1/PodList apiVersion:s items:[.Pod]!^ kind:s metadata:meta.v1.ListMeta={}
core.v1.PodOS name:s!=""
core.v1.PodReadinessGate conditionType:s!=""
core.v1.PodResourceClaim name:s!="" resourceClaimName:s? resourceClaimTemplateName:s?
core.v1.PodResourceClaimStatus name:s!="" resourceClaimName:s?
core.v1.PodSchedulingGate name:s!=""
core.v1.PodSchedulingGroup podGroupName:s?
core.v1.PodSecurityContext appArmorProfile:.AppArmorProfile fsGroup:i64? fsGroupChangePolicy:s? runAsGroup:i64? runAsNonRoot:b? runAsUser:i64? seLinuxChangePolicy:s? seLinuxOptions:.SELinuxOptions seccompProfile:.SeccompProfile supplementalGroups:[i64]atomic supplementalGroupsPolicy:s? sysctls:[.Sysctl]atomic windowsOptions:.WindowsSecurityContextOptions
core.v1.PodSpec activeDeadlineSeconds:i64? affinity:.Affinity automountServiceAccountToken:b? containers:[.Container]map(name)!^~merge(name) dnsConfig:.PodDNSConfig dnsPolicy:s enableServiceLinks:b? ephemeralContainers:[.EphemeralContainer]map(name)~merge(name) evictionResponders:[.EvictionResponder]map(name)~merge(name) hostAliases:[.HostAlias]map(ip)~merge(ip) hostIPC:b hostNetwork:b hostPID:b hostUsers:b? hostname:s hostnameOverride:s? imagePullSecrets:[.LocalObjectReference]map(name)~merge(name) initContainers:[.Container]map(name)~merge(name) nodeName:s nodeSelector:{s}atomic os:.PodOS overhead:{Quantity} preemptionPolicy:s? priority:i32? priorityClassName:s readinessGates:[.PodReadinessGate]atomic resourceClaims:[.PodResourceClaim]map(name)~merge,retainKeys(name) resources:.ResourceRequirements restartPolicy:s runtimeClassName:s? schedulerName:s schedulingGates:[.PodSchedulingGate]map(name)~merge(name) schedulingGroup:.PodSchedulingGroup securityContext:.PodSecurityContext serviceAccount:s serviceAccountName:s setHostnameAsFQDN:b? shareProcessNamespace:b? subdomain:s terminationGracePeriodSeconds:i64? tolerations:[.Toleration]atomic topologySpreadConstraints:[.TopologySpreadConstraint]map(topologyKey,whenUnsatisfiable)~merge(topologyKey) volumes:[.Volume]map(name)~merge,retainKeys(name)
core.v1.PodStatus allocatedResources:{Quantity} conditions:[.PodCondition]map(type)~merge(type) containerStatuses:[.ContainerStatus]atomic ephemeralContainerStatuses:[.ContainerStatus]atomic extendedResourceClaimStatus:.PodExtendedResourceClaimStatus hostIP:s hostIPs:[.HostIP]atomic~merge(ip) initContainerStatuses:[.ContainerStatus]atomic message:s nodeAllocatableResourceClaimStatuses:[.NodeAllocatableResourceClaimStatus]map(resourceClaimName)~merge(resourceClaimName) nominatedNodeName:s observedGeneration:i64 phase:s podIP:s podIPs:[.PodIP]map(ip)~merge(ip) qosClass:s reason:s resize:s resourceClaimStatuses:[.PodResourceClaimStatus]map(name)~merge,retainKeys(name) resources:.ResourceRequirements startTime:Time? volumeHealth:[.PodVolumeHealth]map(name)
core.v1.PodTemplate @/v1/PodTemplate apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} template:.PodTemplateSpec={}
core.v1.PodTemplateList @/v1/PodTemplateList apiVersion:s items:[.PodTemplate]!^ kind:s metadata:meta.v1.ListMeta={}
core.v1.PodTemplateSpec metadata:meta.v1.ObjectMeta={} spec:.PodSpec={}
core.v1.PodVolumeHealth healthConditions:[.VolumeHealthCondition]map(status,reason)~merge(status) lastTransitionTime:Time^ name:s!=""
core.v1.PortStatus error:s? port:i32!=0 protocol:s!=""
core.v1.PortworxVolumeSource fsType:s readOnly:b volumeID:s!=""
core.v1.PreferredSchedulingTerm preference:.NodeSelectorTerm!={} weight:i32!=0
core.v1.Probe exec:.ExecAction failureThreshold:i32 grpc:.GRPCAction httpGet:.HTTPGetAction initialDelaySeconds:i32 periodSeconds:i32 successThreshold:i32 tcpSocket:.TCPSocketAction terminationGracePeriodSeconds:i64? timeoutSeconds:i32
core.v1.ProjectedVolumeSource defaultMode:i32? defaultUser:i64? sources:[.VolumeProjection]atomic
core.v1.QuobyteVolumeSource group:s readOnly:b registry:s!="" tenant:s user:s volume:s!=""
core.v1.RBDPersistentVolumeSource fsType:s image:s!="" keyring:s="/etc/ceph/keyring" monitors:[s]atomic!^ pool:s="rbd" readOnly:b secretRef:.SecretReference user:s="admin"
core.v1.RBDVolumeSource fsType:s image:s!="" keyring:s="/etc/ceph/keyring" monitors:[s]atomic!^ pool:s="rbd" readOnly:b secretRef:.LocalObjectReference user:s="admin"
core.v1.ReplicationController @/v1/ReplicationController apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} spec:.ReplicationControllerSpec={} status:.ReplicationControllerStatus={}
core.v1.ReplicationControllerCondition lastTransitionTime:Time^ message:s reason:s status:s!="" type:s!=""
core.v1.ReplicationControllerList @/v1/ReplicationControllerList apiVersion:s items:[.ReplicationController]!^ kind:s metadata:meta.v1.ListMeta={}
core.v1.ReplicationControllerSpec minReadySeconds:i32 replicas:i32?=1 selector:{s}atomic template:.PodTemplateSpec
core.v1.ReplicationControllerStatus availableReplicas:i32 conditions:[.ReplicationControllerCondition]map(type)~merge(type) fullyLabeledReplicas:i32 observedGeneration:i64 readyReplicas:i32 replicas:i32!=0
core.v1.ResourceClaim name:s!="" request:s
core.v1.ResourceFieldSelector atomic containerName:s divisor:Quantity resource:s!=""
core.v1.ResourceHealth health:s message:s resourceID:s!=""
core.v1.ResourceQuota @/v1/ResourceQuota apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} spec:.ResourceQuotaSpec={} status:.ResourceQuotaStatus={}
core.v1.ResourceQuotaList @/v1/ResourceQuotaList apiVersion:s items:[.ResourceQuota]!^ kind:s metadata:meta.v1.ListMeta={}
core.v1.ResourceQuotaSpec hard:{Quantity} scopeSelector:.ScopeSelector scopes:[s]atomic
core.v1.ResourceQuotaStatus hard:{Quantity} used:{Quantity}
core.v1.ResourceRequirements claims:[.ResourceClaim]map(name) limits:{Quantity} requests:{Quantity}
core.v1.ResourceStatus name:s!="" resources:[.ResourceHealth]map(resourceID)
core.v1.SELinuxOptions level:s role:s type:s user:s
core.v1.ScaleIOPersistentVolumeSource fsType:s="xfs" gateway:s!="" protectionDomain:s readOnly:b secretRef:.SecretReference! sslEnabled:b storageMode:s="ThinProvisioned" storagePool:s system:s!="" volumeName:s
core.v1.ScaleIOVolumeSource fsType:s="xfs" gateway:s!="" protectionDomain:s readOnly:b secretRef:.LocalObjectReference! sslEnabled:b storageMode:s="ThinProvisioned" storagePool:s system:s!="" volumeName:s
core.v1.ScopeSelector atomic matchExpressions:[.ScopedResourceSelectorRequirement]atomic
core.v1.ScopedResourceSelectorRequirement operator:s!="" scopeName:s!="" values:[s]atomic
core.v1.SeccompProfile localhostProfile:s? type:s!=""
core.v1.Secret @/v1/Secret apiVersion:s data:{bytes} immutable:b? kind:s metadata:meta.v1.ObjectMeta={} stringData:{s} type:s
core.v1.SecretEnvSource name:s optional:b?
core.v1.SecretKeySelector atomic key:s!="" name:s optional:b?
core.v1.SecretList @/v1/SecretList apiVersion:s items:[.Secret]!^ kind:s metadata:meta.v1.ListMeta={}
core.v1.SecretProjection items:[.KeyToPath]atomic name:s optional:b?
core.v1.SecretReference atomic name:s namespace:s
core.v1.SecretVolumeSource defaultMode:i32? defaultUser:i64? items:[.KeyToPath]atomic optional:b? secretName:s
core.v1.SecurityContext allowPrivilegeEscalation:b? appArmorProfile:.AppArmorProfile capabilities:.Capabilities privileged:b? procMount:s? readOnlyRootFilesystem:b? runAsGroup:i64? runAsNonRoot:b? runAsUser:i64? seLinuxOptions:.SELinuxOptions seccompProfile:.SeccompProfile windowsOptions:.WindowsSecurityContextOptions
core.v1.Service @/v1/Service apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} spec:.ServiceSpec={} status:.ServiceStatus={}
core.v1.ServiceAccount @/v1/ServiceAccount apiVersion:s automountServiceAccountToken:b? imagePullSecrets:[.LocalObjectReference]atomic kind:s metadata:meta.v1.ObjectMeta={} secrets:[.ObjectReference]map(name)~merge(name)
core.v1.ServiceAccountList @/v1/ServiceAccountList apiVersion:s items:[.ServiceAccount]!^ kind:s metadata:meta.v1.ListMeta={}
core.v1.ServiceAccountTokenProjection audience:s expirationSeconds:i64? path:s!="" user:i64?
core.v1.ServiceList @/v1/ServiceList apiVersion:s items:[.Service]!^ kind:s metadata:meta.v1.ListMeta={}
core.v1.ServicePort appProtocol:s? name:s nodePort:i32 port:i32!=0 protocol:s="TCP" targetPort:IntOrString
core.v1.ServiceSpec allocateLoadBalancerNodePorts:b? clusterIP:s clusterIPs:[s]atomic externalIPs:[s]atomic externalName:s externalTrafficPolicy:s healthCheckNodePort:i32 internalTrafficPolicy:s? ipFamilies:[s]atomic ipFamilyPolicy:s? loadBalancerClass:s? loadBalancerIP:s loadBalancerSourceRanges:[s]atomic ports:[.ServicePort]map(port,protocol)~merge(port) publishNotReadyAddresses:b selector:{s}atomic sessionAffinity:s sessionAffinityConfig:.SessionAffinityConfig trafficDistribution:s? type:s
core.v1.ServiceStatus conditions:[meta.v1.Condition]map(type)~merge(type) loadBalancer:.LoadBalancerStatus={}
core.v1.SessionAffinityConfig clientIP:.ClientIPConfig
core.v1.SleepAction seconds:i64!=0
core.v1.StorageOSPersistentVolumeSource fsType:s readOnly:b secretRef:.ObjectReference volumeName:s volumeNamespace:s
core.v1.StorageOSVolumeSource fsType:s readOnly:b secretRef:.LocalObjectReference volumeName:s volumeNamespace:s
core.v1.Sysctl name:s!="" value:s!=""
core.v1.TCPSocketAction host:s port:IntOrString!
core.v1.Taint effect:s!="" key:s!="" timeAdded:Time? value:s
core.v1.Toleration effect:s key:s operator:s tolerationSeconds:i64? value:s
core.v1.TopologySelectorLabelRequirement key:s!="" values:[s]atomic!^
core.v1.TopologySelectorTerm atomic matchLabelExpressions:[.TopologySelectorLabelRequirement]atomic
core.v1.TopologySpreadConstraint labelSelector:meta.v1.LabelSelector matchLabelKeys:[s]atomic maxSkew:i32!=0 minDomains:i32? nodeAffinityPolicy:s? nodeTaintsPolicy:s? topologyKey:s!="" whenUnsatisfiable:s!=""
core.v1.TypedLocalObjectReference atomic apiGroup:s? kind:s!="" name:s!=""
core.v1.TypedObjectReference apiGroup:s? kind:s!="" name:s!="" namespace:s?
core.v1.Volume awsElasticBlockStore:.AWSElasticBlockStoreVolumeSource azureDisk:.AzureDiskVolumeSource azureFile:.AzureFileVolumeSource cephfs:.CephFSVolumeSource cinder:.CinderVolumeSource configMap:.ConfigMapVolumeSource csi:.CSIVolumeSource downwardAPI:.DownwardAPIVolumeSource emptyDir:.EmptyDirVolumeSource ephemeral:.EphemeralVolumeSource fc:.FCVolumeSource flexVolume:.FlexVolumeSource flocker:.FlockerVolumeSource gcePersistentDisk:.GCEPersistentDiskVolumeSource gitRepo:.GitRepoVolumeSource glusterfs:.GlusterfsVolumeSource hostPath:.HostPathVolumeSource image:.ImageVolumeSource iscsi:.ISCSIVolumeSource name:s!="" nfs:.NFSVolumeSource persistentVolumeClaim:.PersistentVolumeClaimVolumeSource photonPersistentDisk:.PhotonPersistentDiskVolumeSource portworxVolume:.PortworxVolumeSource projected:.ProjectedVolumeSource quobyte:.QuobyteVolumeSource rbd:.RBDVolumeSource scaleIO:.ScaleIOVolumeSource secret:.SecretVolumeSource storageos:.StorageOSVolumeSource vsphereVolume:.VsphereVirtualDiskVolumeSource
core.v1.VolumeDevice devicePath:s!="" name:s!=""
core.v1.VolumeHealthCondition message:s reason:s!="" status:s!=""
core.v1.VolumeHealthStatus healthConditions:[.VolumeHealthCondition]map(status,reason)~merge(status) lastTransitionTime:Time^
core.v1.VolumeMount bindMountOptions:[s]set mountPath:s!="" mountPropagation:s? name:s!="" readOnly:b recursiveReadOnly:s? subPath:s subPathExpr:s
core.v1.VolumeMountStatus mountPath:s!="" name:s!="" readOnly:b recursiveReadOnly:s? volumeStatus:.VolumeStatus
core.v1.VolumeNodeAffinity required:.NodeSelector
core.v1.VolumeProjection clusterTrustBundle:.ClusterTrustBundleProjection configMap:.ConfigMapProjection downwardAPI:.DownwardAPIProjection podCertificate:.PodCertificateProjection secret:.SecretProjection serviceAccountToken:.ServiceAccountTokenProjection
core.v1.VolumeResourceRequirements limits:{Quantity} requests:{Quantity}
core.v1.VolumeStatus image:.ImageVolumeStatus
core.v1.VsphereVirtualDiskVolumeSource fsType:s storagePolicyID:s storagePolicyName:s volumePath:s!=""
core.v1.WeightedPodAffinityTerm podAffinityTerm:.PodAffinityTerm!={} weight:i32!=0
core.v1.WindowsSecurityContextOptions gmsaCredentialSpec:s? gmsaCredentialSpecName:s? hostProcess:b? runAsUserName:s?
discovery.v1.Endpoint addresses:[s]set!^ conditions:.EndpointConditions={} deprecatedTopology:{s} hints:.EndpointHints hostname:s? nodeName:s? targetRef:core.v1.ObjectReference zone:s?
discovery.v1.EndpointConditions ready:b? serving:b? terminating:b?
discovery.v1.EndpointHints forNodes:[.ForNode]atomic forZones:[.ForZone]atomic
discovery.v1.EndpointPort atomic appProtocol:s? name:s? port:i32? protocol:s?
discovery.v1.EndpointSlice @discovery.k8s.io/v1/EndpointSlice addressType:s!="" apiVersion:s endpoints:[.Endpoint]atomic^ kind:s metadata:meta.v1.ObjectMeta={} ports:[.EndpointPort]atomic^
discovery.v1.EndpointSliceList @discovery.k8s.io/v1/EndpointSliceList apiVersion:s items:[.EndpointSlice]!^ kind:s metadata:meta.v1.ListMeta={}
discovery.v1.ForNode name:s!=""
discovery.v1.ForZone name:s!=""
events.v1.Event @events.k8s.io/v1/Event action:s apiVersion:s deprecatedCount:i32 deprecatedFirstTimestamp:Time^ deprecatedLastTimestamp:Time^ deprecatedSource:core.v1.EventSource={} eventTime:MicroTime!^ kind:s metadata:meta.v1.ObjectMeta={} note:s reason:s regarding:core.v1.ObjectReference={} related:core.v1.ObjectReference reportingController:s reportingInstance:s series:.EventSeries type:s
events.v1.EventList @events.k8s.io/v1/EventList apiVersion:s items:[.Event]!^ kind:s metadata:meta.v1.ListMeta={}
events.v1.EventSeries count:i32!=0 lastObservedTime:MicroTime!^
networking.v1.HTTPIngressPath backend:.IngressBackend!={} path:s pathType:s!?
networking.v1.HTTPIngressRuleValue paths:[.HTTPIngressPath]atomic!^
networking.v1.IPAddress @networking.k8s.io/v1/IPAddress apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} spec:.IPAddressSpec!={}
networking.v1.IPAddressList @networking.k8s.io/v1/IPAddressList apiVersion:s items:[.IPAddress]!^ kind:s metadata:meta.v1.ListMeta={}
networking.v1.IPAddressSpec parentRef:.ParentReference!
networking.v1.IPBlock cidr:s!="" except:[s]atomic
networking.v1.Ingress @networking.k8s.io/v1/Ingress apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} spec:.IngressSpec={} status:.IngressStatus={}
networking.v1.IngressBackend resource:core.v1.TypedLocalObjectReference service:.IngressServiceBackend
networking.v1.IngressClass @networking.k8s.io/v1/IngressClass apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} spec:.IngressClassSpec={}
networking.v1.IngressClassList @networking.k8s.io/v1/IngressClassList apiVersion:s items:[.IngressClass]!^ kind:s metadata:meta.v1.ListMeta={}
networking.v1.IngressClassParametersReference apiGroup:s? kind:s!="" name:s!="" namespace:s? scope:s?
networking.v1.IngressClassSpec controller:s parameters:.IngressClassParametersReference
networking.v1.IngressList @networking.k8s.io/v1/IngressList apiVersion:s items:[.Ingress]!^ kind:s metadata:meta.v1.ListMeta={}
networking.v1.IngressLoadBalancerIngress hostname:s ip:s ports:[.IngressPortStatus]atomic
networking.v1.IngressLoadBalancerStatus ingress:[.IngressLoadBalancerIngress]atomic
networking.v1.IngressPortStatus error:s? port:i32!=0 protocol:s!=""
networking.v1.IngressRule host:s http:.HTTPIngressRuleValue
networking.v1.IngressServiceBackend name:s!="" port:.ServiceBackendPort={}
networking.v1.IngressSpec defaultBackend:.IngressBackend ingressClassName:s? rules:[.IngressRule]atomic tls:[.IngressTLS]atomic
networking.v1.IngressStatus loadBalancer:.IngressLoadBalancerStatus={}
networking.v1.IngressTLS hosts:[s]atomic secretName:s
networking.v1.NetworkPolicy @networking.k8s.io/v1/NetworkPolicy apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} spec:.NetworkPolicySpec={}
networking.v1.NetworkPolicyEgressRule ports:[.NetworkPolicyPort]atomic to:[.NetworkPolicyPeer]atomic
networking.v1.NetworkPolicyIngressRule from:[.NetworkPolicyPeer]atomic ports:[.NetworkPolicyPort]atomic
networking.v1.NetworkPolicyList @networking.k8s.io/v1/NetworkPolicyList apiVersion:s items:[.NetworkPolicy]!^ kind:s metadata:meta.v1.ListMeta={}
networking.v1.NetworkPolicyPeer ipBlock:.IPBlock namespaceSelector:meta.v1.LabelSelector podSelector:meta.v1.LabelSelector
networking.v1.NetworkPolicyPort endPort:i32? port:IntOrString protocol:s?
networking.v1.NetworkPolicySpec egress:[.NetworkPolicyEgressRule]atomic ingress:[.NetworkPolicyIngressRule]atomic podSelector:meta.v1.LabelSelector={} policyTypes:[s]atomic
networking.v1.ParentReference group:s name:s! namespace:s resource:s!
networking.v1.ServiceBackendPort atomic name:s number:i32
networking.v1.ServiceCIDR @networking.k8s.io/v1/ServiceCIDR apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} spec:.ServiceCIDRSpec={} status:.ServiceCIDRStatus={}
networking.v1.ServiceCIDRList @networking.k8s.io/v1/ServiceCIDRList apiVersion:s items:[.ServiceCIDR]!^ kind:s metadata:meta.v1.ListMeta={}
networking.v1.ServiceCIDRSpec cidrs:[s]atomic
networking.v1.ServiceCIDRStatus conditions:[meta.v1.Condition]map(type)~merge(type)
node.v1.Overhead podFixed:{Quantity}
node.v1.RuntimeClass @node.k8s.io/v1/RuntimeClass apiVersion:s handler:s!="" kind:s metadata:meta.v1.ObjectMeta={} overhead:.Overhead scheduling:.Scheduling
node.v1.RuntimeClassList @node.k8s.io/v1/RuntimeClassList apiVersion:s items:[.RuntimeClass]!^ kind:s metadata:meta.v1.ListMeta={}
node.v1.Scheduling nodeSelector:{s}atomic tolerations:[core.v1.Toleration]atomic
policy.v1.Eviction @policy/v1/Eviction apiVersion:s deleteOptions:meta.v1.DeleteOptions kind:s metadata:meta.v1.ObjectMeta={}
policy.v1.PodDisruptionBudget @policy/v1/PodDisruptionBudget apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} spec:.PodDisruptionBudgetSpec={} status:.PodDisruptionBudgetStatus={}
policy.v1.PodDisruptionBudgetList @policy/v1/PodDisruptionBudgetList apiVersion:s items:[.PodDisruptionBudget]!^ kind:s metadata:meta.v1.ListMeta={}
policy.v1.PodDisruptionBudgetSpec maxUnavailable:IntOrString minAvailable:IntOrString selector:meta.v1.LabelSelector~replace unhealthyPodEvictionPolicy:s?
policy.v1.PodDisruptionBudgetStatus conditions:[meta.v1.Condition]map(type)~merge(type) currentHealthy:i32=0 desiredHealthy:i32=0 disruptedPods:{Time} disruptionsAllowed:i32=0 expectedPods:i32=0 observedGeneration:i64
rbac.v1.AggregationRule clusterRoleSelectors:[meta.v1.LabelSelector]atomic
rbac.v1.ClusterRole @rbac.authorization.k8s.io/v1/ClusterRole aggregationRule:.AggregationRule apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} rules:[.PolicyRule]atomic
rbac.v1.ClusterRoleBinding @rbac.authorization.k8s.io/v1/ClusterRoleBinding apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} roleRef:.RoleRef!={} subjects:[.Subject]atomic
rbac.v1.ClusterRoleBindingList @rbac.authorization.k8s.io/v1/ClusterRoleBindingList apiVersion:s items:[.ClusterRoleBinding]!^ kind:s metadata:meta.v1.ListMeta={}
rbac.v1.ClusterRoleList @rbac.authorization.k8s.io/v1/ClusterRoleList apiVersion:s items:[.ClusterRole]!^ kind:s metadata:meta.v1.ListMeta={}
rbac.v1.PolicyRule apiGroups:[s]atomic nonResourceURLs:[s]atomic resourceNames:[s]atomic resources:[s]atomic verbs:[s]atomic!^
rbac.v1.Role @rbac.authorization.k8s.io/v1/Role apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} rules:[.PolicyRule]atomic
rbac.v1.RoleBinding @rbac.authorization.k8s.io/v1/RoleBinding apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} roleRef:.RoleRef!={} subjects:[.Subject]atomic
rbac.v1.RoleBindingList @rbac.authorization.k8s.io/v1/RoleBindingList apiVersion:s items:[.RoleBinding]!^ kind:s metadata:meta.v1.ListMeta={}
rbac.v1.RoleList @rbac.authorization.k8s.io/v1/RoleList apiVersion:s items:[.Role]!^ kind:s metadata:meta.v1.ListMeta={}
rbac.v1.RoleRef atomic apiGroup:s="" kind:s!="" name:s!=""
rbac.v1.Subject atomic apiGroup:s kind:s!="" name:s!="" namespace:s
resource.v1.AllocatedDeviceStatus conditions:[meta.v1.Condition]map(type) data:RawExtension device:s!="" driver:s!="" networkData:.NetworkDeviceData pool:s!="" shareID:s
resource.v1.AllocationResult allocationTimestamp:Time^ devices:.DeviceAllocationResult={} nodeSelector:core.v1.NodeSelector
resource.v1.CELDeviceSelector expression:s!=""
resource.v1.CapacityRequestPolicy default:Quantity validRange:.CapacityRequestPolicyRange validValues:[Quantity]atomic
resource.v1.CapacityRequestPolicyRange max:Quantity min:Quantity! step:Quantity
resource.v1.CapacityRequirements requests:{Quantity}
resource.v1.Counter value:Quantity!
resource.v1.CounterSet counters:{.Counter}!^ name:s!=""
resource.v1.Device allNodes:b? allowMultipleAllocations:b? attributes:{.DeviceAttribute} bindingConditions:[s]atomic bindingFailureConditions:[s]atomic bindsToNode:b? capacity:{.DeviceCapacity} consumesCounters:[.DeviceCounterConsumption]atomic name:s!="" nodeAllocatableResources:{.NodeAllocatableResource} nodeName:s? nodeSelector:core.v1.NodeSelector taints:[.DeviceTaint]atomic
resource.v1.DeviceAllocationConfiguration opaque:.OpaqueDeviceConfiguration requests:[s]atomic source:s!=""
resource.v1.DeviceAllocationResult config:[.DeviceAllocationConfiguration]atomic results:[.DeviceRequestAllocationResult]atomic
resource.v1.DeviceAttribute bool:b? bools:[b]atomic int:i64? ints:[i64]atomic string:s? strings:[s]atomic version:s? versions:[s]atomic
resource.v1.DeviceCapacity requestPolicy:.CapacityRequestPolicy value:Quantity!
resource.v1.DeviceClaim config:[.DeviceClaimConfiguration]atomic constraints:[.DeviceConstraint]atomic requests:[.DeviceRequest]atomic
resource.v1.DeviceClaimConfiguration opaque:.OpaqueDeviceConfiguration requests:[s]atomic
resource.v1.DeviceClass @resource.k8s.io/v1/DeviceClass apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} spec:.DeviceClassSpec={}
resource.v1.DeviceClassConfiguration opaque:.OpaqueDeviceConfiguration
resource.v1.DeviceClassList @resource.k8s.io/v1/DeviceClassList apiVersion:s items:[.DeviceClass]!^ kind:s metadata:meta.v1.ListMeta={}
resource.v1.DeviceClassSpec config:[.DeviceClassConfiguration]atomic extendedResourceName:s? selectors:[.DeviceSelector]atomic
resource.v1.DeviceConstraint distinctAttribute:s? matchAttribute:s? requests:[s]atomic
resource.v1.DeviceCounterConsumption compatibilityGroups:[s]atomic counterSet:s!="" counters:{.Counter}!^
resource.v1.DeviceDerivedAttribute expression:s!="" name:s!=""
resource.v1.DeviceRequest exactly:.ExactDeviceRequest firstAvailable:[.DeviceSubRequest]atomic name:s!=""
resource.v1.DeviceRequestAllocationResult adminAccess:b? bindingConditions:[s]atomic bindingFailureConditions:[s]atomic consumedCapacity:{Quantity} device:s!="" driver:s!="" pool:s!="" request:s!="" shareID:s? skipNodeOperations:[s]set tolerations:[.DeviceToleration]atomic
resource.v1.DeviceSelector cel:.CELDeviceSelector
resource.v1.DeviceSubRequest allocationMode:s capacity:.CapacityRequirements count:i64 derivedAttributes:[.DeviceDerivedAttribute]atomic deviceClassName:s!="" name:s!="" selectors:[.DeviceSelector]atomic tolerations:[.DeviceToleration]atomic
resource.v1.DeviceTaint effect:s!="" key:s!="" timeAdded:Time? value:s
resource.v1.DeviceTaintRule @resource.k8s.io/v1/DeviceTaintRule apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} spec:.DeviceTaintRuleSpec!={} status:.DeviceTaintRuleStatus={}
resource.v1.DeviceTaintRuleList @resource.k8s.io/v1/DeviceTaintRuleList apiVersion:s items:[.DeviceTaintRule]!^ kind:s metadata:meta.v1.ListMeta={}
resource.v1.DeviceTaintRuleSpec deviceSelector:.DeviceTaintSelector taint:.DeviceTaint!={}
resource.v1.DeviceTaintRuleStatus conditions:[meta.v1.Condition]map(type)~merge(type)
resource.v1.DeviceTaintSelector device:s driver:s pool:s
resource.v1.DeviceToleration effect:s key:s operator:s="Equal" tolerationSeconds:i64? value:s
resource.v1.ExactDeviceRequest adminAccess:b? allocationMode:s capacity:.CapacityRequirements count:i64 derivedAttributes:[.DeviceDerivedAttribute]atomic deviceClassName:s!="" selectors:[.DeviceSelector]atomic tolerations:[.DeviceToleration]atomic
resource.v1.NetworkDeviceData hardwareAddress:s interfaceName:s ips:[s]atomic
resource.v1.NodeAllocatableMapping capacityKey:s capacityMultiplier:Quantity deviceMultiplier:Quantity
resource.v1.NodeAllocatableOverhead perContainer:Quantity perPod:Quantity
resource.v1.NodeAllocatableResource mapping:.NodeAllocatableMapping overhead:.NodeAllocatableOverhead
resource.v1.OpaqueDeviceConfiguration driver:s!="" parameters:RawExtension!
resource.v1.ResourceClaim @resource.k8s.io/v1/ResourceClaim apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} spec:.ResourceClaimSpec={} status:.ResourceClaimStatus={}
resource.v1.ResourceClaimConsumerReference apiGroup:s name:s!="" resource:s!="" uid:s!=""
resource.v1.ResourceClaimList @resource.k8s.io/v1/ResourceClaimList apiVersion:s items:[.ResourceClaim]!^ kind:s metadata:meta.v1.ListMeta={}
resource.v1.ResourceClaimSpec devices:.DeviceClaim={}
resource.v1.ResourceClaimStatus allocation:.AllocationResult devices:[.AllocatedDeviceStatus]map(driver,device,pool,shareID) reservedFor:[.ResourceClaimConsumerReference]map(uid)~merge(uid)
resource.v1.ResourceClaimTemplate @resource.k8s.io/v1/ResourceClaimTemplate apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} spec:.ResourceClaimTemplateSpec={}
resource.v1.ResourceClaimTemplateList @resource.k8s.io/v1/ResourceClaimTemplateList apiVersion:s items:[.ResourceClaimTemplate]!^ kind:s metadata:meta.v1.ListMeta={}
resource.v1.ResourceClaimTemplateSpec metadata:meta.v1.ObjectMeta={} spec:.ResourceClaimSpec={}
resource.v1.ResourcePool generation:i64!=0 name:s!="" resourceSliceCount:i64!=0
resource.v1.ResourceSlice @resource.k8s.io/v1/ResourceSlice apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} spec:.ResourceSliceSpec!={}
resource.v1.ResourceSliceList @resource.k8s.io/v1/ResourceSliceList apiVersion:s items:[.ResourceSlice]!^ kind:s metadata:meta.v1.ListMeta={}
resource.v1.ResourceSliceSpec allNodes:b? devices:[.Device]atomic driver:s!="" nodeName:s? nodeSelector:core.v1.NodeSelector partitionTypeAttribute:s perDeviceNodeSelection:b? pool:.ResourcePool!={} sharedCounters:[.CounterSet]atomic skipNodeOperations:[s]set
scheduling.v1.PriorityClass @scheduling.k8s.io/v1/PriorityClass apiVersion:s description:s globalDefault:b kind:s metadata:meta.v1.ObjectMeta={} preemptionPolicy:s? value:i32=0
scheduling.v1.PriorityClassList @scheduling.k8s.io/v1/PriorityClassList apiVersion:s items:[.PriorityClass]!^ kind:s metadata:meta.v1.ListMeta={}
scheduling.v1alpha3.TopologyConstraint key:s!=""
scheduling.v1alpha3.WorkloadPodGroupAllDisruptionMode
scheduling.v1alpha3.WorkloadPodGroupBasicSchedulingPolicy
scheduling.v1alpha3.WorkloadPodGroupDisruptionMode all:.WorkloadPodGroupAllDisruptionMode single:.WorkloadPodGroupSingleDisruptionMode
scheduling.v1alpha3.WorkloadPodGroupGangSchedulingPolicy minCount:i32
scheduling.v1alpha3.WorkloadPodGroupResourceClaim name:s!="" resourceClaimName:s resourceClaimTemplateName:s
scheduling.v1alpha3.WorkloadPodGroupSchedulingConstraints topology:[.TopologyConstraint]atomic
scheduling.v1alpha3.WorkloadPodGroupSchedulingPolicy basic:.WorkloadPodGroupBasicSchedulingPolicy gang:.WorkloadPodGroupGangSchedulingPolicy
scheduling.v1alpha3.WorkloadPodGroupSingleDisruptionMode
storage.v1.CSIDriver @storage.k8s.io/v1/CSIDriver apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} spec:.CSIDriverSpec!={}
storage.v1.CSIDriverList @storage.k8s.io/v1/CSIDriverList apiVersion:s items:[.CSIDriver]!^ kind:s metadata:meta.v1.ListMeta={}
storage.v1.CSIDriverSpec attachRequired:b? fsGroupPolicy:s? nodeAllocatableUpdatePeriodSeconds:i64? podInfoOnMount:b? preventPodSchedulingIfMissing:b? requiresRepublish:b? seLinuxMount:b? serviceAccountTokenInSecrets:b? storageCapacity:b? tokenRequests:[.TokenRequest]atomic volumeLifecycleModes:[s]set
storage.v1.CSINode @storage.k8s.io/v1/CSINode apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} spec:.CSINodeSpec!={} status:.CSINodeStatus={}
storage.v1.CSINodeDriver allocatable:.VolumeNodeResources name:s!="" nodeID:s!="" topologyKeys:[s]atomic
storage.v1.CSINodeList @storage.k8s.io/v1/CSINodeList apiVersion:s items:[.CSINode]!^ kind:s metadata:meta.v1.ListMeta={}
storage.v1.CSINodeSpec drivers:[.CSINodeDriver]map(name)!^~merge(name)
storage.v1.CSINodeStatus storageHealth:[.StorageHealth]map(name)~merge(name)
storage.v1.CSIStorageCapacity @storage.k8s.io/v1/CSIStorageCapacity apiVersion:s capacity:Quantity kind:s maximumVolumeSize:Quantity metadata:meta.v1.ObjectMeta={} nodeTopology:meta.v1.LabelSelector storageClassName:s!=""
storage.v1.CSIStorageCapacityList @storage.k8s.io/v1/CSIStorageCapacityList apiVersion:s items:[.CSIStorageCapacity]!^ kind:s metadata:meta.v1.ListMeta={}
storage.v1.StorageClass @storage.k8s.io/v1/StorageClass allowVolumeExpansion:b? allowedTopologies:[core.v1.TopologySelectorTerm]atomic apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} mountOptions:[s]atomic parameters:{s} provisioner:s!="" reclaimPolicy:s? volumeBindingMode:s?
storage.v1.StorageClassList @storage.k8s.io/v1/StorageClassList apiVersion:s items:[.StorageClass]!^ kind:s metadata:meta.v1.ListMeta={}
storage.v1.StorageHealth healthConditions:[.StorageHealthCondition]atomic name:s!=""
storage.v1.StorageHealthCondition accessMode:s lastTransitionTime:Time^ message:s reason:s!="" status:s!="" volumeMode:s
storage.v1.TokenRequest audience:s!="" expirationSeconds:i64?
storage.v1.VolumeAttachment @storage.k8s.io/v1/VolumeAttachment apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} spec:.VolumeAttachmentSpec!={} status:.VolumeAttachmentStatus={}
storage.v1.VolumeAttachmentList @storage.k8s.io/v1/VolumeAttachmentList apiVersion:s items:[.VolumeAttachment]!^ kind:s metadata:meta.v1.ListMeta={}
storage.v1.VolumeAttachmentSource inlineVolumeSpec:core.v1.PersistentVolumeSpec persistentVolumeName:s?
storage.v1.VolumeAttachmentSpec attacher:s!="" nodeName:s!="" source:.VolumeAttachmentSource!={}
storage.v1.VolumeAttachmentStatus attachError:.VolumeError attached:b!=false attachmentMetadata:{s} detachError:.VolumeError
storage.v1.VolumeAttributesClass @storage.k8s.io/v1/VolumeAttributesClass apiVersion:s driverName:s!="" kind:s metadata:meta.v1.ObjectMeta={} parameters:{s}
storage.v1.VolumeAttributesClassList @storage.k8s.io/v1/VolumeAttributesClassList apiVersion:s items:[.VolumeAttributesClass]!^ kind:s metadata:meta.v1.ListMeta={}
storage.v1.VolumeError errorCode:i32? message:s time:Time^
storage.v1.VolumeNodeResources count:i32?
apiextensions.v1.CustomResourceColumnDefinition description:s format:s jsonPath:s!="" name:s!="" priority:i32 type:s!=""
apiextensions.v1.CustomResourceConversion strategy:s!="" webhook:.WebhookConversion
apiextensions.v1.CustomResourceDefinition @apiextensions.k8s.io/v1/CustomResourceDefinition apiVersion:s kind:s metadata:meta.v1.ObjectMeta={} spec:.CustomResourceDefinitionSpec!={} status:.CustomResourceDefinitionStatus={}
apiextensions.v1.CustomResourceDefinitionCondition lastTransitionTime:Time^ message:s observedGeneration:i64 reason:s status:s!="" type:s!=""
apiextensions.v1.CustomResourceDefinitionList @apiextensions.k8s.io/v1/CustomResourceDefinitionList apiVersion:s items:[.CustomResourceDefinition]!^ kind:s metadata:meta.v1.ListMeta={}
apiextensions.v1.CustomResourceDefinitionNames categories:[s]atomic kind:s!="" listKind:s plural:s!="" shortNames:[s]atomic singular:s
apiextensions.v1.CustomResourceDefinitionSpec conversion:.CustomResourceConversion group:s!="" names:.CustomResourceDefinitionNames!={} preserveUnknownFields:b scope:s!="" versions:[.CustomResourceDefinitionVersion]atomic!^
apiextensions.v1.CustomResourceDefinitionStatus acceptedNames:.CustomResourceDefinitionNames={} conditions:[.CustomResourceDefinitionCondition]map(type) observedGeneration:i64 storedVersions:[s]atomic
apiextensions.v1.CustomResourceDefinitionVersion additionalPrinterColumns:[.CustomResourceColumnDefinition]atomic deprecated:b deprecationWarning:s? name:s!="" schema:.CustomResourceValidation selectableFields:[.SelectableField]atomic served:b!=false storage:b!=false subresources:.CustomResourceSubresources
apiextensions.v1.CustomResourceSubresourceScale labelSelectorPath:s? specReplicasPath:s!="" statusReplicasPath:s!=""
apiextensions.v1.CustomResourceSubresourceStatus
apiextensions.v1.CustomResourceSubresources scale:.CustomResourceSubresourceScale status:.CustomResourceSubresourceStatus
apiextensions.v1.CustomResourceValidation openAPIV3Schema:.JSONSchemaProps
apiextensions.v1.ExternalDocumentation description:s url:s
apiextensions.v1.JSON any
apiextensions.v1.JSONSchemaProps $ref:s? $schema:s additionalItems:.JSONSchemaPropsOrBool additionalProperties:.JSONSchemaPropsOrBool allOf:[.JSONSchemaProps]atomic anyOf:[.JSONSchemaProps]atomic default:.JSON definitions:{.JSONSchemaProps} dependencies:{.JSONSchemaPropsOrStringArray} description:s enum:[.JSON]atomic example:.JSON exclusiveMaximum:b exclusiveMinimum:b externalDocs:.ExternalDocumentation format:s id:s items:.JSONSchemaPropsOrArray maxItems:i64? maxLength:i64? maxProperties:i64? maximum:f64? minItems:i64? minLength:i64? minProperties:i64? minimum:f64? multipleOf:f64? not:.JSONSchemaProps nullable:b oneOf:[.JSONSchemaProps]atomic pattern:s patternProperties:{.JSONSchemaProps} properties:{.JSONSchemaProps} required:[s]atomic title:s type:s uniqueItems:b x-kubernetes-embedded-resource:b x-kubernetes-int-or-string:b x-kubernetes-list-map-keys:[s]atomic x-kubernetes-list-type:s? x-kubernetes-map-type:s? x-kubernetes-preserve-unknown-fields:b? x-kubernetes-validations:[.ValidationRule]map(rule)~merge(rule)
apiextensions.v1.JSONSchemaPropsOrArray any
apiextensions.v1.JSONSchemaPropsOrBool any
apiextensions.v1.JSONSchemaPropsOrStringArray any
apiextensions.v1.SelectableField jsonPath:s!=""
apiextensions.v1.ServiceReference name:s!="" namespace:s!="" path:s? port:i32?
apiextensions.v1.ValidationRule fieldPath:s message:s messageExpression:s optionalOldSelf:b? reason:s? rule:s!=""
apiextensions.v1.WebhookClientConfig caBundle:bytes service:.ServiceReference url:s?
apiextensions.v1.WebhookConversion clientConfig:.WebhookClientConfig conversionReviewVersions:[s]atomic!^
meta.v1.APIResource categories:[s]atomic group:s kind:s!="" name:s!="" namespaced:b!=false shortNames:[s]atomic singularName:s!="" storageVersionHash:s verbs:[s]!^ version:s
meta.v1.APIResourceList @/v1/APIResourceList apiVersion:s groupVersion:s!="" kind:s resources:[.APIResource]atomic!^
meta.v1.Condition lastTransitionTime:Time!^ message:s!="" observedGeneration:i64 reason:s!="" status:s!="" type:s!=""
meta.v1.DeleteOptions @/v1/DeleteOptions apiVersion:s dryRun:[s]atomic gracePeriodSeconds:i64? ignoreStoreReadErrorWithClusterBreakingPotential:b? kind:s orphanDependents:b? preconditions:.Preconditions propagationPolicy:s?
meta.v1.FieldSelectorRequirement key:s!="" operator:s!="" values:[s]atomic
meta.v1.LabelSelector atomic matchExpressions:[.LabelSelectorRequirement]atomic matchLabels:{s}
meta.v1.LabelSelectorRequirement key:s!="" operator:s!="" values:[s]atomic
meta.v1.ListMeta continue:s remainingItemCount:i64? resourceVersion:s selfLink:s shardInfo:.ShardInfo
meta.v1.ManagedFieldsEntry apiVersion:s fieldsType:s fieldsV1:FieldsV1 manager:s operation:s subresource:s time:Time?
meta.v1.ObjectMeta annotations:{s} creationTimestamp:Time? deletionGracePeriodSeconds:i64? deletionTimestamp:Time? finalizers:[s]set~merge generateName:s generation:i64 labels:{s} managedFields:[.ManagedFieldsEntry]atomic name:s namespace:s ownerReferences:[.OwnerReference]map(uid)~merge(uid) resourceVersion:s selfLink:s uid:s
meta.v1.OwnerReference atomic apiVersion:s!="" blockOwnerDeletion:b? controller:b? kind:s!="" name:s!="" uid:s!=""
meta.v1.Preconditions resourceVersion:s? uid:s?
meta.v1.ShardInfo selector:s!=""
meta.v1.Status @/v1/Status apiVersion:s code:i32 details:.StatusDetails kind:s message:s metadata:.ListMeta={} reason:s status:s
meta.v1.StatusCause field:s message:s reason:s
meta.v1.StatusDetails causes:[.StatusCause]atomic group:s kind:s name:s retryAfterSeconds:i32 uid:s
meta.v1.WatchEvent @/v1/WatchEvent object:RawExtension! type:s!=""
`
