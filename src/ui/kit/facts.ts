import type { Fact, FilterVerdict } from '../../api'
import type { BecauseLink, NowFact } from '../../protocol'
import { bytes, clock, cores, cpuQuantity, imageSize, memoryQuantity, shortName, span, whole } from './format'
import { currentLanguage, defineCatalogue, hasText, textOf, type Language, type TextValues } from './i18n'

/**
 * The host tells facts (src/host/FACTS.md), these are the sentences. `<em>` marks the names that matter: the caption draws them in
 * the colour of now. Kubernetes' own messages stand verbatim in both languages.
 */
defineCatalogue('facts', {
  en: {
    'actor.you': 'You', 'actor.controller': '{{name}} controller', 'actor.kubelet': 'kubelet on {{name}}', 'actor.apiserver': 'api-server',

    'caption.opened': '{{nodes}} nodes and {{pods}} Pods are ready. Nothing has happened yet.',
    'caption.restored': 'The saved session is back at event {{event}}.',
    'caption.podCreated': '{{actor}} created <em>{{podName}}</em>.',
    'caption.podDeleted': '{{actor}} deleted <em>{{podName}}</em>.',
    'caption.podRemoved': '{{actor}} is done with <em>{{podName}}</em>; the object is gone.',
    'caption.podEvicted': '{{actor}} evicted <em>{{podName}}</em>.',
    'caption.deploymentApplied': '{{actor}} applied {{kind}} <em>{{name}}</em>: {{outcome}}.',
    'caption.deploymentAppliedReplicas': '{{actor}} applied {{kind}} <em>{{name}}</em>: replicas {{from}} → <em>{{to}}</em>.',
    'caption.applied': '{{actor}} applied {{kind}} <em>{{name}}</em>: {{outcome}}.',
    'caption.replicaSetCreated': '{{actor}} created ReplicaSet <em>{{name}}</em> with {{replicas}} replicas.',
    'caption.replicaSetScaled': '{{actor}} scaled ReplicaSet <em>{{name}}</em> from {{from}} to <em>{{to}}</em>.',
    'caption.scaled': '{{actor}} scaled {{kind}} <em>{{name}}</em> from {{from}} to <em>{{to}}</em>.',
    'caption.created': '{{actor}} created {{kind}} <em>{{name}}</em>.',
    'caption.updated': '{{actor}} updated {{kind}} <em>{{name}}</em>.',
    'caption.deleted': '{{actor}} deleted {{kind}} <em>{{name}}</em>.',
    'caption.statusReported': '{{actor}} wrote the status of {{kind}} <em>{{name}}</em>.',
    'caption.capacityChanged': '{{actor}} changed {{resource}} of <em>{{node}}</em> from {{from}} to <em>{{to}}</em>.',
    'caption.cordoned': '{{actor}} cordoned <em>{{node}}</em>: no new Pod may land there.',
    'caption.uncordoned': '{{actor}} uncordoned <em>{{node}}</em>.',
    'caption.tainted': '{{actor}} tainted <em>{{node}}</em> with {{taint}}.',
    'caption.untainted': '{{actor}} took the taint {{taint}} off <em>{{node}}</em>.',
    'caption.broke.node': 'You switched <em>{{name}}</em> off. Nobody knows yet.', 'caption.broke.network': 'You cut the network of <em>{{name}}</em>. What runs there runs on.',
    'caption.broke.kubelet': 'You stopped the kubelet of <em>{{name}}</em>. Its containers run on.', 'caption.broke.runtime': 'You restarted the container runtime of <em>{{name}}</em>.', 'caption.broke.disk': 'You filled the disk of <em>{{name}}</em>.',
    'caption.broke.memory': 'From now on <em>{{podName}}</em> leaks memory.', 'caption.broke.scheduler': 'You stopped <em>kube-scheduler</em>: what it had under way is forgotten.', 'caption.broke.controller-manager': 'You stopped <em>kube-controller-manager</em>: nobody makes anything good.',
    'caption.broke.controller': 'kube-controller-manager starts anew without its <em>{{name}}</em> controller.', 'caption.broke.apiserver': 'You stopped <em>kube-apiserver</em>: every watch is broken, etcd keeps everything.', 'caption.broke.etcd': 'From now on <em>etcd</em> takes {{delay}} for a write, and sometimes much longer.', 'caption.broke.registry': 'From now on <em>no registry</em> answers.',
    'caption.healed.node': '<em>{{name}}</em> is switched on again, after {{lasted}}: its kubelet finds every container dead.', 'caption.healed.network': 'The network of <em>{{name}}</em> is back after {{lasted}}: its kubelet lists anew.', 'caption.healed.kubelet': 'A new kubelet starts on <em>{{name}}</em> after {{lasted}}: it finds what runs there.',
    'caption.healed.disk': 'The disk of <em>{{name}}</em> is emptied after {{lasted}}: the pressure is reported for five minutes more.', 'caption.healed.memory': '<em>{{podName}}</em> leaks no more, after {{lasted}}.', 'caption.healed.scheduler': 'A new <em>kube-scheduler</em> starts after {{lasted}}: it lists everything anew.',
    'caption.healed.controller-manager': 'A new <em>kube-controller-manager</em> starts after {{lasted}}: it lists everything anew.', 'caption.healed.controller': 'kube-controller-manager starts anew, its <em>{{name}}</em> controller with it, after {{lasted}}.', 'caption.healed.apiserver': '<em>kube-apiserver</em> is back after {{lasted}}: everybody returns at the next try.',
    'caption.healed.etcd': '<em>etcd</em> is quick again after {{lasted}}.', 'caption.healed.registry': 'The <em>registry</em> answers again after {{lasted}}: pulls succeed at their next try.',
    'caption.unreachable': '{{actor}} cannot reach the api-server: {{why}}.', 'caption.etcdTimeout': 'A write took etcd {{tookLong}}: the api-server answers that it <em>timed out</em>.',
    'caption.configured': 'From here on kube-scheduler decides by this <em>{{kind}}</em>. Pods that wait are tried again.',
    'caption.imported': 'Read {{objects}} objects: <em>{{nodes}} nodes</em> and <em>{{pods}} Pods</em>.',
    'caption.refused': 'api-server refused {{what}}: {{message}} Nothing was stored.',
    'caption.conflict': '{{actor}} wrote {{kind}} <em>{{name}}</em> too late (409): it looks again and retries.',
    'caption.read': '{{actor}} asked for {{kind}} {{name}} ({{verb}}). Nothing changed.',
    'caption.readList': '{{actor}} asked for a list: every {{kind}}. Nothing changed.',
    'caption.readServer': '{{actor}} asked the api-server what it serves. Nothing changed.',
    'caption.podQueued': 'kube-scheduler puts <em>{{podName}}</em> into {{queueName}}.',
    'caption.podRetried': '{{event}} wakes <em>{{podName}}</em>: it will be tried again.',
    'caption.backoff': '<em>{{podName}}</em> waits in backoffQ until {{until}}.',
    'caption.boundHeard': 'kubelet on <em>{{node}}</em> hears that <em>{{podName}}</em> is its Pod.',
    'caption.heard': '{{actor}} hears that {{kind}} <em>{{name}}</em> was {{changeWord}}.',
    'caption.syncStarted': '{{controllerName}} looks at <em>{{key}}</em>.',
    'caption.syncEnded': '{{controllerName}} is done with <em>{{key}}</em> and wrote nothing.',
    'caption.syncFailed': '{{controllerName}} could not finish <em>{{key}}</em>: {{error}}',
    'caption.cycleStarted': 'kube-scheduler takes <em>{{podName}}</em> from activeQ: cycle {{cycle}}, attempt {{attempt}}.',
    'caption.snapshot': 'Snapshot: the scheduler decides on {{nodes}} nodes as they were at rev {{revision}}.',
    'caption.preFilter': 'PreFilter: {{skipped}} plugins find nothing on this Pod that concerns them.',
    'caption.preFilterNarrows': '<em>{{plugin}}</em> narrows the search to {{nodes}} of {{of}} nodes.',
    'caption.preFilterFails': '<em>{{plugin}}</em> refuses the Pod before any node is looked at: {{reason}}.',
    'caption.filterPasses': '<em>{{plugin}}</em> passes all {{nodes}} nodes.',
    'caption.filterRejects': '<em>{{plugin}}</em> rejects <em>{{node}}</em>: {{why}}.',
    'caption.filterRejectsMany': '<em>{{plugin}}</em> rejects <em>{{count}} nodes</em>, {{node}} among them: {{reason}}.',
    'caption.postFilter': '<em>{{plugin}}</em>: {{reason}}',
    'caption.postFilterNominates': '<em>{{plugin}}</em> nominates <em>{{node}}</em>.',
    'caption.scoreSame': '<em>{{plugin}}</em> gives every node {{score}}: it parts nobody.',
    'caption.scoreBeat': '<em>{{plugin}}</em> likes <em>{{node}}</em> best: {{score}}, {{spread}} more than the last.',
    'caption.normalize': 'Totals are known: <em>{{best}}</em> leads {{nodes}} nodes with {{total}}.',
    'caption.winner': 'Score: <em>{{node}}</em> wins with {{total}}, {{lead}} ahead of {{second}}.',
    'caption.tie': 'Score: <em>{{node}}</em> wins a tie of {{count}} at {{total}}; the seeded random pick chose it.',
    'caption.onlyNode': '<em>{{node}}</em> is the only node left of {{of}}: nothing is scored.',
    'caption.reserve': 'kube-scheduler assumes <em>{{podName}}</em> on <em>{{node}}</em>; the binding is still to come.',
    'caption.binding': 'kube-scheduler asks api-server to bind <em>{{podName}}</em> to <em>{{node}}</em>.',
    'caption.noNode': 'No node passes for <em>{{podName}}</em>: {{message}}',
    'caption.phaseFilter': 'Filter: <em>{{left}}</em> of {{of}} nodes are feasible.',
    'caption.phaseScore': 'Score: <em>{{nodes}}</em> feasible nodes are compared.',
    'caption.cycleMoved': 'Cycle {{cycle}} of <em>{{pod}}</em> cannot be shown plugin by plugin any more.',
    'caption.bound': '<em>{{podName}}</em> is bound to <em>{{node}}</em>.',
    'caption.bindingFailed': '<em>{{podName}}</em> could not be bound to <em>{{node}}</em> ({{code}}): {{message}}',
    'caption.unschedulable': '<em>{{podName}}</em> is unschedulable: {{message}}',
    'caption.cycleEnded': 'Cycle {{cycle}} of <em>{{podName}}</em> ends: {{outcome}}.',
    'caption.pulling': '<em>{{node}}</em> pulls {{image}}{{size}} for <em>{{podName}}</em>.',
    'caption.pulled': '<em>{{node}}</em> has pulled {{image}}{{took}}.',
    'caption.starting': '<em>{{node}}</em> starts the containers of <em>{{podName}}</em>.',
    'caption.started': '<em>{{podName}}</em> runs on <em>{{node}}</em>.',
    'caption.podStatus': 'kubelet on {{node}} reports <em>{{podName}}</em>: {{phase}}{{because}}.',
    'caption.nodeReady': '<em>{{node}}</em> is Ready.',
    'caption.nodeNotReady': '<em>{{node}}</em> is not Ready{{because}}.',
    'caption.nodeStatus': 'kubelet on <em>{{node}}</em> reports its status; nothing changed.',
    'caption.nodeRegistered': '<em>{{node}}</em> joined the cluster in {{zone}}.',
    'caption.leaseRenewed': 'kubelet on <em>{{node}}</em> renewed its Lease.',
    'caption.eventRecorded': '{{actor}} recorded {{reason}} about <em>{{about}}</em>: {{message}}',
    'caption.note': '{{actor}}: {{what}} <em>{{subject}}</em>.',
    'caption.requestDrew': 'Request {{request}}: rule {{hit}} drew {{draw}} < {{chance}} and sent it to <em>{{place}}</em>{{onNode}}. Every rule before it missed.',
    'caption.requestDrewFirst': 'Request {{request}}: the first rule drew {{draw}} < {{chance}} and sent it to <em>{{place}}</em>{{onNode}}.',
    'caption.requestLast': 'Request {{request}}: every rule missed but the last, which takes what is left: <em>{{place}}</em>{{onNode}}.',
    'caption.requestOnly': 'Request {{request}}: one endpoint, no number to draw: <em>{{place}}</em>{{onNode}}.',
    'caption.requestAgain': 'Request {{request}}: this client was here before, so it goes to <em>{{place}}</em>{{onNode}} again.',
    'caption.requestFollows': 'Request {{request}} follows its connection to <em>{{place}}</em>{{onNode}}: conntrack knows it, no rule is walked.',
    'caption.requestServer': 'Request {{request}}: one hash look-up, and {{scheduler}} sends it to <em>{{place}}</em>{{onNode}}.',
    'caption.requestProcess': 'Request {{request}} goes through the kube-proxy process: next in turn is <em>{{place}}</em>{{onNode}}.',
    'caption.requestDirect': 'Request {{request}} goes straight to <em>{{place}}</em>{{onNode}}: no rule changes it.',
    'caption.requestNoClient': '<em>{{clientName}}</em> does not run: it cannot send.',
    'caption.requestNameUnknown': 'Request {{request}}: DNS knows no <em>{{to}}</em>.',
    'caption.requestExternal': 'Request {{request}}: <em>{{to}}</em> is an ExternalName and leads out of the cluster.',
    'caption.requestRejected': 'Request {{request}}: as far as kube-proxy knows, <em>{{service}}</em> has no endpoints, so it is rejected at once.',
    'caption.requestDropped': 'Request {{request}} is dropped: <em>{{service}}</em> has no endpoint on this node, and its policy is Local.',
    'caption.requestNoRoute': 'Request {{request}}: no route leads to <em>{{to}}</em>; it times out.',
    'caption.requestRefused': 'Request {{request}} reaches <em>{{place}}</em>, but nothing listens there: connection refused.',
    'caption.requestNoReply': 'Request {{request}} goes to <em>{{place}}</em> and gets no reply.',
    'caption.requestClosed': 'Request {{request}}: the kube-proxy process found nobody behind <em>{{to}}</em> and closed the connection.',
    'caption.requestsSent': '{{requests}} requests to <em>{{to}}</em>: {{answered}} answered.',
    'caption.flowBegins': '<em>{{clientName}}</em> asks <em>{{to}}</em> {{requests}} times a second from now on.',
    'caption.flowEnds': '<em>{{clientName}}</em> no longer asks <em>{{to}}</em> every second.',
    'caption.proxySync': 'kube-proxy writes its rules anew: as of rev <em>{{revision}}</em>, {{services}} Services.',
    'caption.proxyMode': 'kube-proxy starts again in mode <em>{{mode}}</em>.',
    'so.onNode': ' on {{node}}',
    'caption.event': '{{actor}} woke ({{what}}) and wrote nothing.',
    'caption.branched': 'A branch begins here: what came after event {{event}} is no longer so.',
    'caption.unknown': '{{id}}',

    'outcome.created': 'created', 'outcome.configured': 'configured', 'outcome.unchanged': 'unchanged',
    'change.ADDED': 'added', 'change.MODIFIED': 'changed', 'change.DELETED': 'deleted',
    'queue.active': 'activeQ', 'queue.gated': 'the gated Pods',
    'resource.cpu': 'CPU', 'resource.memory': 'memory',
    'so.because': ', {{reason}}', 'so.took': ' in {{ms}}', 'so.size': ' ({{bytes}})',
    'why.cpuShort': 'its CPU is {{amount}} short', 'why.memoryShort': 'its memory is {{amount}} short', 'why.podsFull': 'it holds {{used}} Pods already, and {{allocatable}} is its limit',
    'why.resourceShort': '{{resource}} is {{amount}} short', 'why.taint': 'the Pod does not tolerate {{taint}}', 'why.cordoned': 'it is cordoned',
    'why.label': 'the Pod wants {{expression}}, and the node has {{value}}', 'why.noLabel': 'the Pod wants {{expression}}, and the node has no such label',
    'why.skew': 'one more Pod in {{domain}} makes skew {{skew}}, and maxSkew is {{maxSkew}}', 'why.noDomain': 'it has no label {{topologyKey}}', 'why.port': 'its port {{port}} is taken', 'why.nodeName': 'the Pod names {{wanted}}',
    'short.cpu': '{{amount}} CPU short', 'short.memory': '{{amount}} short', 'short.pods': 'Too many pods', 'short.skew': 'skew {{skew}} > maxSkew {{maxSkew}}', 'short.wants': 'wants {{wanted}}',

    'next.beat': 'Next: {{plugin}}', 'next.snapshot': 'Next: snapshot', 'next.prefilter': 'Next: PreFilter', 'next.filter': 'Next: {{plugin}}',
    'next.postfilter': 'Next: PostFilter', 'next.score': 'Next: {{plugin}}', 'next.normalize': 'Next: Normalize, then the totals', 'next.select': 'Next: the winner',
    'next.reserve': 'Next: Reserve, then bind', 'next.bind': 'Next: bind', 'next.fail': 'Next: no node is left',
    'next.cycle': 'Next: scheduler starts cycle {{cycle}}', 'next.cycleEnds': 'Next: cycle {{cycle}} ends',
    'next.watch': 'Next: {{toName}} hears of {{kind}} {{name}}', 'next.watchMany': 'Next: {{count}} watchers hear of {{kind}} {{name}}',
    'next.sync': 'Next: {{controllerName}} syncs {{key}}', 'next.kubelet': 'Next: kubelet on {{node}} ({{what}})', 'next.input': 'Next: {{actor}}, {{what}}',
    'next.event': 'Next: {{actor}} wakes ({{what}})', 'next.nothing': 'Nothing is left to happen',

    'because.applied': '<b>{{actor}} applied {{kind}} {{name}}</b> {{outcome}}', 'because.appliedReplicas': '<b>{{actor}} applied {{kind}} {{name}}</b> replicas {{from}} → {{to}}',
    'because.created': '<b>{{actor}}</b> created {{kind}} {{short}}', 'because.createdIndex': '<b>{{kind}} {{short}} created</b> {{index}} of {{of}}',
    'because.scaled': '<b>{{actor}}</b> scaled {{kind}} {{from}} → {{to}}', 'because.updated': '<b>{{actor}}</b> updated {{kind}} {{short}}',
    'because.decided': '<b>Cycle {{cycle}} chose {{node}}</b>', 'because.decidedLead': '<b>Cycle {{cycle}} chose {{node}}</b> ahead by {{lead}}',
    'because.unschedulable': '<b>Cycle {{cycle}} found no node</b>', 'because.bound': '<b>Bound to {{node}}</b>', 'because.status': '<b>{{phase}}</b> kubelet on {{node}}',
    'because.deleted': '<b>{{actor}}</b> deleted {{kind}} {{short}}', 'because.imported': '<b>{{kind}} {{short}}</b> was there at the start',
    'because.capacity': '<b>{{actor}}</b> changed {{resource}} of {{node}} {{from}} → {{to}}',
  },
  zh: {
    'actor.you': '你', 'actor.controller': '{{name}} 控制器', 'actor.kubelet': '{{name}} 的 kubelet', 'actor.apiserver': 'api-server',

    'caption.opened': '{{nodes}} 个节点和 {{pods}} 个 Pod 已就绪，还没有发生任何事。',
    'caption.restored': '已恢复保存的会话，停在事件 {{event}}。',
    'caption.podCreated': '{{actor}}创建了 <em>{{podName}}</em>。',
    'caption.podDeleted': '{{actor}}删除了 <em>{{podName}}</em>。',
    'caption.podRemoved': '{{actor}}已处理完 <em>{{podName}}</em>，对象不复存在。',
    'caption.podEvicted': '{{actor}}驱逐了 <em>{{podName}}</em>。',
    'caption.deploymentApplied': '{{actor}}应用了 {{kind}} <em>{{name}}</em>：{{outcome}}。',
    'caption.deploymentAppliedReplicas': '{{actor}}应用了 {{kind}} <em>{{name}}</em>：副本数 {{from}} → <em>{{to}}</em>。',
    'caption.applied': '{{actor}}应用了 {{kind}} <em>{{name}}</em>：{{outcome}}。',
    'caption.replicaSetCreated': '{{actor}}创建了 ReplicaSet <em>{{name}}</em>，副本数 {{replicas}}。',
    'caption.replicaSetScaled': '{{actor}}把 ReplicaSet <em>{{name}}</em> 从 {{from}} 扩缩到 <em>{{to}}</em>。',
    'caption.scaled': '{{actor}}把 {{kind}} <em>{{name}}</em> 从 {{from}} 扩缩到 <em>{{to}}</em>。',
    'caption.created': '{{actor}}创建了 {{kind}} <em>{{name}}</em>。',
    'caption.updated': '{{actor}}更新了 {{kind}} <em>{{name}}</em>。',
    'caption.deleted': '{{actor}}删除了 {{kind}} <em>{{name}}</em>。',
    'caption.statusReported': '{{actor}}写入了 {{kind}} <em>{{name}}</em> 的状态。',
    'caption.capacityChanged': '{{actor}}把 <em>{{node}}</em> 的{{resource}}从 {{from}} 改为 <em>{{to}}</em>。',
    'caption.cordoned': '{{actor}}封锁了 <em>{{node}}</em>：新 Pod 不能落到这里。',
    'caption.uncordoned': '{{actor}}解除了 <em>{{node}}</em> 的封锁。',
    'caption.tainted': '{{actor}}给 <em>{{node}}</em> 加上污点 {{taint}}。',
    'caption.untainted': '{{actor}}去掉了 <em>{{node}}</em> 的污点 {{taint}}。',
    'caption.configured': '从这里起，kube-scheduler 按这份 <em>{{kind}}</em> 决策；等待中的 Pod 会重试。',
    'caption.imported': '读入 {{objects}} 个对象：<em>{{nodes}} 个节点</em>、<em>{{pods}} 个 Pod</em>。',
    'caption.broke.node': '你关掉了 <em>{{name}}</em>。还没有谁知道。', 'caption.broke.network': '你切断了 <em>{{name}}</em> 的网络。那里的一切继续运行。',
    'caption.broke.kubelet': '你停止了 <em>{{name}}</em> 的 kubelet。它的容器继续运行。', 'caption.broke.runtime': '你重启了 <em>{{name}}</em> 的容器运行时。', 'caption.broke.disk': '你填满了 <em>{{name}}</em> 的磁盘。',
    'caption.broke.memory': '从现在起 <em>{{podName}}</em> 泄漏内存。', 'caption.broke.scheduler': '你停止了 <em>kube-scheduler</em>：它手上的一切都被忘掉。', 'caption.broke.controller-manager': '你停止了 <em>kube-controller-manager</em>：不再有谁让一切恢复。',
    'caption.broke.controller': 'kube-controller-manager 重新启动，不带 <em>{{name}}</em> 控制器。', 'caption.broke.apiserver': '你停止了 <em>kube-apiserver</em>：所有监听断开，etcd 保留一切。', 'caption.broke.etcd': '从现在起 <em>etcd</em> 的一次写入要 {{delay}}，有时久得多。', 'caption.broke.registry': '从现在起<em>镜像仓库</em>没有应答。',
    'caption.healed.node': '<em>{{name}}</em> 在 {{lasted}} 后重新开机：它的 kubelet 发现所有容器都死了。', 'caption.healed.network': '<em>{{name}}</em> 的网络在 {{lasted}} 后恢复：它的 kubelet 重新列出一切。', 'caption.healed.kubelet': '{{lasted}} 后，新的 kubelet 在 <em>{{name}}</em> 上启动：它找到正在运行的一切。',
    'caption.healed.disk': '<em>{{name}}</em> 的磁盘在 {{lasted}} 后清空：压力状况还会再报告五分钟。', 'caption.healed.memory': '<em>{{podName}}</em> 在 {{lasted}} 后不再泄漏。', 'caption.healed.scheduler': '{{lasted}} 后，新的 <em>kube-scheduler</em> 启动：它重新列出一切。',
    'caption.healed.controller-manager': '{{lasted}} 后，新的 <em>kube-controller-manager</em> 启动：它重新列出一切。', 'caption.healed.controller': 'kube-controller-manager 在 {{lasted}} 后带着 <em>{{name}}</em> 控制器重新启动。', 'caption.healed.apiserver': '<em>kube-apiserver</em> 在 {{lasted}} 后回来：大家在下一次重试时回来。',
    'caption.healed.etcd': '<em>etcd</em> 在 {{lasted}} 后恢复了速度。', 'caption.healed.registry': '<em>镜像仓库</em>在 {{lasted}} 后恢复应答：下一次拉取会成功。',
    'caption.unreachable': '{{actor}}连不上 api-server：{{why}}。', 'caption.etcdTimeout': '一次写入花了 etcd {{tookLong}}：api-server 回答<em>超时</em>。',
    'caption.refused': 'api-server 拒绝了 {{what}}：{{message}} 没有存入任何东西。',
    'caption.conflict': '{{actor}}写 {{kind}} <em>{{name}}</em> 晚了一步（409）：重新读取后再试。',
    'caption.read': '{{actor}}读取了 {{kind}} {{name}}（{{verb}}），没有改变任何东西。',
    'caption.readList': '{{actor}}读取了 {{kind}} 的列表，没有改变任何东西。',
    'caption.readServer': '{{actor}}询问 api-server 提供什么，没有改变任何东西。',
    'caption.podQueued': 'kube-scheduler 把 <em>{{podName}}</em> 放入{{queueName}}。',
    'caption.podRetried': '{{event}} 唤醒了 <em>{{podName}}</em>：将再次尝试。',
    'caption.backoff': '<em>{{podName}}</em> 在退避队列中等到 {{until}}。',
    'caption.boundHeard': '<em>{{node}}</em> 的 kubelet 得知 <em>{{podName}}</em> 归它管。',
    'caption.heard': '{{actor}}得知 {{kind}} <em>{{name}}</em> {{changeWord}}。',
    'caption.syncStarted': '{{controllerName}}开始处理 <em>{{key}}</em>。',
    'caption.syncEnded': '{{controllerName}}处理完 <em>{{key}}</em>，没有写入任何东西。',
    'caption.syncFailed': '{{controllerName}}没能处理完 <em>{{key}}</em>：{{error}}',
    'caption.cycleStarted': 'kube-scheduler 从活动队列取出 <em>{{podName}}</em>：调度周期 {{cycle}}，第 {{attempt}} 次尝试。',
    'caption.snapshot': '快照：调度器按修订号 {{revision}} 时的 {{nodes}} 个节点来决定。',
    'caption.preFilter': 'PreFilter：{{skipped}} 个插件认为这个 Pod 与自己无关。',
    'caption.preFilterNarrows': '<em>{{plugin}}</em> 把范围缩小到 {{of}} 个节点中的 {{nodes}} 个。',
    'caption.preFilterFails': '<em>{{plugin}}</em> 还没看节点就拒绝了这个 Pod：{{reason}}。',
    'caption.filterPasses': '<em>{{plugin}}</em> 让全部 {{nodes}} 个节点通过。',
    'caption.filterRejects': '<em>{{plugin}}</em> 拒绝 <em>{{node}}</em>：{{why}}。',
    'caption.filterRejectsMany': '<em>{{plugin}}</em> 拒绝 <em>{{count}} 个节点</em>，其中有 {{node}}：{{reason}}。',
    'caption.postFilter': '<em>{{plugin}}</em>：{{reason}}',
    'caption.postFilterNominates': '<em>{{plugin}}</em> 提名 <em>{{node}}</em>。',
    'caption.scoreSame': '<em>{{plugin}}</em> 给每个节点都是 {{score}} 分：分不出高下。',
    'caption.scoreBeat': '<em>{{plugin}}</em> 最看好 <em>{{node}}</em>：{{score}} 分，比末位多 {{spread}}。',
    'caption.normalize': '总分已知：<em>{{best}}</em> 以 {{total}} 分领先 {{nodes}} 个节点。',
    'caption.winner': '优选：<em>{{node}}</em> 以 {{total}} 分胜出，领先 {{second}} {{lead}} 分。',
    'caption.tie': '优选：{{count}} 个节点同为 {{total}} 分，带种子的随机选择定为 <em>{{node}}</em>。',
    'caption.onlyNode': '{{of}} 个节点中只剩 <em>{{node}}</em>：不再打分。',
    'caption.reserve': 'kube-scheduler 先假定 <em>{{podName}}</em> 在 <em>{{node}}</em> 上，绑定随后进行。',
    'caption.binding': 'kube-scheduler 请 api-server 把 <em>{{podName}}</em> 绑定到 <em>{{node}}</em>。',
    'caption.noNode': '<em>{{podName}}</em> 没有节点可用：{{message}}',
    'caption.phaseFilter': '预选：{{of}} 个节点中 <em>{{left}}</em> 个可行。',
    'caption.phaseScore': '优选：比较 <em>{{nodes}}</em> 个可行节点。',
    'caption.cycleMoved': '<em>{{pod}}</em> 的调度周期 {{cycle}} 已不能逐插件展示。',
    'caption.bound': '<em>{{podName}}</em> 已绑定到 <em>{{node}}</em>。',
    'caption.bindingFailed': '<em>{{podName}}</em> 没能绑定到 <em>{{node}}</em>（{{code}}）：{{message}}',
    'caption.unschedulable': '<em>{{podName}}</em> 不可调度：{{message}}',
    'caption.cycleEnded': '<em>{{podName}}</em> 的调度周期 {{cycle}} 结束：{{outcome}}。',
    'caption.pulling': '<em>{{node}}</em> 为 <em>{{podName}}</em> 拉取 {{image}}{{size}}。',
    'caption.pulled': '<em>{{node}}</em> 拉取完 {{image}}{{took}}。',
    'caption.starting': '<em>{{node}}</em> 启动 <em>{{podName}}</em> 的容器。',
    'caption.started': '<em>{{podName}}</em> 在 <em>{{node}}</em> 上运行。',
    'caption.podStatus': '{{node}} 的 kubelet 报告 <em>{{podName}}</em>：{{phase}}{{because}}。',
    'caption.nodeReady': '<em>{{node}}</em> 已 Ready。',
    'caption.nodeNotReady': '<em>{{node}}</em> 不再 Ready{{because}}。',
    'caption.nodeStatus': '<em>{{node}}</em> 的 kubelet 上报状态，没有变化。',
    'caption.nodeRegistered': '<em>{{node}}</em> 加入集群，位于 {{zone}}。',
    'caption.leaseRenewed': '<em>{{node}}</em> 的 kubelet 续了 Lease。',
    'caption.eventRecorded': '{{actor}}记录了关于 <em>{{about}}</em> 的 {{reason}}：{{message}}',
    'caption.note': '{{actor}}：{{what}} <em>{{subject}}</em>。',
    'caption.requestDrew': '请求 {{request}}：第 {{hit}} 条规则抽到 {{draw}} < {{chance}}，发往 <em>{{place}}</em>{{onNode}}，之前的均未命中。',
    'caption.requestDrewFirst': '请求 {{request}}：第一条规则抽到 {{draw}} < {{chance}}，发往 <em>{{place}}</em>{{onNode}}。',
    'caption.requestLast': '请求 {{request}}：前面的规则均未命中，最后一条接收余下的：<em>{{place}}</em>{{onNode}}。',
    'caption.requestOnly': '请求 {{request}}：只有一个端点，无需抽数：<em>{{place}}</em>{{onNode}}。',
    'caption.requestAgain': '请求 {{request}}：这个客户端来过，所以仍然去 <em>{{place}}</em>{{onNode}}。',
    'caption.requestFollows': '请求 {{request}} 沿着已有连接去 <em>{{place}}</em>{{onNode}}：conntrack 认得它，不走任何规则。',
    'caption.requestServer': '请求 {{request}}：一次哈希查找，{{scheduler}} 把它发往 <em>{{place}}</em>{{onNode}}。',
    'caption.requestProcess': '请求 {{request}} 经过 kube-proxy 进程：轮到 <em>{{place}}</em>{{onNode}}。',
    'caption.requestDirect': '请求 {{request}} 直接去 <em>{{place}}</em>{{onNode}}：没有规则改动它。',
    'caption.requestNoClient': '<em>{{clientName}}</em> 没有在运行，无法发送。',
    'caption.requestNameUnknown': '请求 {{request}}：DNS 不认识 <em>{{to}}</em>。',
    'caption.requestExternal': '请求 {{request}}：<em>{{to}}</em> 是 ExternalName，通往集群之外。',
    'caption.requestRejected': '请求 {{request}}：就 kube-proxy 所知，<em>{{service}}</em> 没有端点，立即被拒绝。',
    'caption.requestDropped': '请求 {{request}} 被丢弃：<em>{{service}}</em> 在这个节点上没有端点，而策略是 Local。',
    'caption.requestNoRoute': '请求 {{request}}：没有通向 <em>{{to}}</em> 的路由，超时。',
    'caption.requestRefused': '请求 {{request}} 到达 <em>{{place}}</em>，但那里没有监听：连接被拒绝。',
    'caption.requestNoReply': '请求 {{request}} 发往 <em>{{place}}</em>，没有回应。',
    'caption.requestClosed': '请求 {{request}}：kube-proxy 进程在 <em>{{to}}</em> 后面找不到任何端点，关闭了连接。',
    'caption.requestsSent': '向 <em>{{to}}</em> 发送 {{requests}} 个请求：{{answered}} 个得到回应。',
    'caption.flowBegins': '<em>{{clientName}}</em> 从现在起每秒向 <em>{{to}}</em> 请求 {{requests}} 次。',
    'caption.flowEnds': '<em>{{clientName}}</em> 不再每秒请求 <em>{{to}}</em>。',
    'caption.proxySync': 'kube-proxy 重写规则：依据 rev <em>{{revision}}</em>，{{services}} 个 Service。',
    'caption.proxyMode': 'kube-proxy 以 <em>{{mode}}</em> 模式重新启动。',
    'so.onNode': '（{{node}}）',
    'caption.event': '{{actor}}被唤醒（{{what}}），没有写入任何东西。',
    'caption.branched': '从这里开始一条分支：事件 {{event}} 之后的内容不再成立。',
    'caption.unknown': '{{id}}',

    'outcome.created': '已创建', 'outcome.configured': '已更新', 'outcome.unchanged': '无变化',
    'change.ADDED': '已添加', 'change.MODIFIED': '有变化', 'change.DELETED': '已删除',
    'queue.active': '活动队列', 'queue.gated': '已拦住的 Pod',
    'resource.cpu': 'CPU', 'resource.memory': '内存',
    'so.because': '（{{reason}}）', 'so.took': '，用时 {{ms}}', 'so.size': '（{{bytes}}）',
    'why.cpuShort': 'CPU 还差 {{amount}}', 'why.memoryShort': '内存还差 {{amount}}', 'why.podsFull': '它已有 {{used}} 个 Pod，上限是 {{allocatable}}',
    'why.resourceShort': '{{resource}} 还差 {{amount}}', 'why.taint': 'Pod 不容忍污点 {{taint}}', 'why.cordoned': '它已被封锁',
    'why.label': 'Pod 要求 {{expression}}，而节点是 {{value}}', 'why.noLabel': 'Pod 要求 {{expression}}，而节点没有这个标签',
    'why.skew': '{{domain}} 再多一个 Pod，倾斜就是 {{skew}}，而 maxSkew 是 {{maxSkew}}', 'why.noDomain': '它没有标签 {{topologyKey}}', 'why.port': '它的端口 {{port}} 已被占用', 'why.nodeName': 'Pod 指定了 {{wanted}}',
    'short.cpu': 'CPU 差 {{amount}}', 'short.memory': '差 {{amount}}', 'short.pods': 'Too many pods', 'short.skew': 'skew {{skew}} > maxSkew {{maxSkew}}', 'short.wants': '要求 {{wanted}}',

    'next.beat': '下一步：{{plugin}}', 'next.snapshot': '下一步：快照', 'next.prefilter': '下一步：PreFilter', 'next.filter': '下一步：{{plugin}}',
    'next.postfilter': '下一步：PostFilter', 'next.score': '下一步：{{plugin}}', 'next.normalize': '下一步：归一化，得出总分', 'next.select': '下一步：选出胜者',
    'next.reserve': '下一步：Reserve，然后绑定', 'next.bind': '下一步：绑定', 'next.fail': '下一步：没有节点可用',
    'next.cycle': '下一步：开始调度周期 {{cycle}}', 'next.cycleEnds': '下一步：调度周期 {{cycle}} 结束',
    'next.watch': '下一步：{{toName}}得知 {{kind}} {{name}}', 'next.watchMany': '下一步：{{count}} 个观察者得知 {{kind}} {{name}}',
    'next.sync': '下一步：{{controllerName}}同步 {{key}}', 'next.kubelet': '下一步：{{node}} 的 kubelet（{{what}}）', 'next.input': '下一步：{{actor}}，{{what}}',
    'next.event': '下一步：{{actor}}被唤醒（{{what}}）', 'next.nothing': '不会再发生任何事',

    'because.applied': '<b>{{actor}}应用了 {{kind}} {{name}}</b> {{outcome}}', 'because.appliedReplicas': '<b>{{actor}}应用了 {{kind}} {{name}}</b> 副本数 {{from}} → {{to}}',
    'because.created': '<b>{{actor}}</b>创建了 {{kind}} {{short}}', 'because.createdIndex': '<b>创建了 {{kind}} {{short}}</b> 第 {{index}} 个，共 {{of}} 个',
    'because.scaled': '<b>{{actor}}</b>把 {{kind}} 扩缩 {{from}} → {{to}}', 'because.updated': '<b>{{actor}}</b>更新了 {{kind}} {{short}}',
    'because.decided': '<b>调度周期 {{cycle}} 选中 {{node}}</b>', 'because.decidedLead': '<b>调度周期 {{cycle}} 选中 {{node}}</b> 领先 {{lead}}',
    'because.unschedulable': '<b>调度周期 {{cycle}} 没有找到节点</b>', 'because.bound': '<b>绑定到 {{node}}</b>', 'because.status': '<b>{{phase}}</b> {{node}} 的 kubelet',
    'because.deleted': '<b>{{actor}}</b>删除了 {{kind}} {{short}}', 'because.imported': '<b>{{kind}} {{short}}</b> 一开始就在',
    'because.capacity': '<b>{{actor}}</b>把 {{node}} 的{{resource}}改为 {{from}} → {{to}}',
  },
})

type Args = Readonly<Record<string, string | number>>

/** The sentence of what just happened, with marks as in `rich`. A refusal says its number when its verdict is at hand. */
export function sayFact(fact: NowFact, language: Language = currentLanguage(), verdict?: Pick<FilterVerdict, 'reasons' | 'facts'>): string {
  const { id, args } = fact
  return said(keyOf(id, args), id, args, language, verdict)
}

/** What Step would do; `undefined` when nothing is left to happen. */
export function sayNext(next: NowFact | undefined, language: Language = currentLanguage()): string {
  if (!next) return textOf('facts', language)('next.nothing')
  return said(keyOf(next.id, next.args), next.id, next.args, language)
}

/** One row of the chain from a person's command down to now. */
export function sayBecause(link: Pick<BecauseLink, 'id' | 'args'>, language: Language = currentLanguage()): string {
  return said(keyOf(link.id, link.args), link.id, link.args, language)
}

/** Who acts, as people say it: "You", "ReplicaSet controller", "kubelet on node-a". */
export function sayActor(component: string, language: Language = currentLanguage(), controller?: string): string {
  const text = textOf('facts', language)
  if (controller !== undefined && controller !== '') return text('actor.controller', { name: controller })
  if (component === 'kubectl' || component === 'you' || component === 'berth') return text('actor.you')
  if (component === 'kube-apiserver') return text('actor.apiserver')
  if (component.startsWith('kubelet/')) return text('actor.kubelet', { name: component.slice('kubelet/'.length) })
  return component
}

/** Some facts have a second sentence for when an optional argument is there. */
function keyOf(id: string, args: Args): string {
  switch (id) {
    case 'caption.deploymentApplied': return 'from' in args && 'to' in args ? 'caption.deploymentAppliedReplicas' : id
    case 'caption.broke': case 'caption.healed': return `${id}.${args['kind']}`
    case 'caption.postFilter': return args['node'] ? 'caption.postFilterNominates' : id
    case 'caption.read': return args['name'] ? id : args['kind'] ? 'caption.readList' : 'caption.readServer'
    case 'caption.syncEnded': return args['error'] ? 'caption.syncFailed' : id
    case 'next.beat': return hasText('facts', `next.${args['phase']}`) && (args['plugin'] || !needsPlugin.has(String(args['phase']))) ? `next.${args['phase']}` : id
    case 'next.watch': return Number(args['count'] ?? 1) > 1 ? 'next.watchMany' : id
    case 'because.applied': return 'from' in args && 'to' in args ? 'because.appliedReplicas' : id
    case 'because.created': return 'index' in args && 'of' in args ? 'because.createdIndex' : id
    case 'because.decided': return 'lead' in args ? 'because.decidedLead' : id
    default: return id
  }
}

const needsPlugin: ReadonlySet<string> = new Set(['filter', 'score'])

function said(key: string, id: string, args: Args, language: Language, verdict?: Pick<FilterVerdict, 'reasons' | 'facts'>): string {
  const text = textOf('facts', language)
  const values = { ...valuesOf(args, language), ...(verdict ? { why: sayRefusal(verdict, language) } : {}) }
  if (hasText('facts', key)) return tidy(text(key, values), language)
  return args['what'] !== undefined ? text('caption.event', values) : text('caption.unknown', { id })
}

function valuesOf(args: Args, language: Language): TextValues {
  const text = textOf('facts', language)
  const said: Record<string, string | number> = { subject: '', what: '', name: '', message: '' }
  for (const [name, value] of Object.entries(args)) said[name] = typeof value === 'number' ? (/^(nodes|pods|objects|of|left|count|revision|cycle|total|request|requests|answered)$/.test(name) ? whole(value) : value) : value
  const word = (catalogue: string, value: unknown): string => (hasText('facts', `${catalogue}.${value}`) ? text(`${catalogue}.${value}`) : String(value ?? ''))
  said['actor'] = spaced(sayActor(String(args['by'] ?? args['from'] ?? ''), language, args['controller'] === undefined ? undefined : String(args['controller'])), language)
  said['controllerName'] = spaced(args['controller'] === undefined ? '' : text('actor.controller', { name: args['controller'] }), language)
  said['toName'] = spaced(sayActor(String(args['to'] ?? ''), language), language)
  said['outcome'] = word('outcome', args['outcome'])
  said['changeWord'] = word('change', args['change'])
  said['queueName'] = word('queue', args['queue'])
  said['because'] = args['reason'] ? text('so.because', { reason: args['reason'] }) : ''
  said['onNode'] = args['node'] ? text('so.onNode', { node: args['node'] }) : ''
  said['took'] = args['ms'] === undefined ? '' : text('so.took', { ms: span(Number(args['ms'])) })
  said['size'] = args['bytes'] === undefined ? '' : text('so.size', { bytes: imageSize(Number(args['bytes'])) })
  if (typeof args['lastedMs'] === 'number') said['lasted'] = span(args['lastedMs'])
  if (typeof args['delayMs'] === 'number') said['delay'] = span(args['delayMs'])
  said['tookLong'] = args['ms'] === undefined ? '' : span(Number(args['ms']))
  if (typeof args['until'] === 'number') said['until'] = clock(args['until'])
  if (args['name'] !== undefined) said['short'] = shortName(String(args['name']))
  if (args['resource'] !== undefined) {
    for (const end of ['from', 'to'] as const) {
      const value = args[end]
      if (typeof value === 'number') said[end] = args['resource'] === 'memory' ? memoryQuantity(value) : cpuQuantity(value)
    }
    said['resource'] = word('resource', args['resource'])
  }
  if (args['kind'] !== undefined && args['what'] === undefined) said['what'] = `${args['kind']} <em>${args['name'] ?? ''}</em>`
  // What preemption had to say is for the inspector; a caption is one sentence.
  if (typeof args['message'] === 'string') said['message'] = args['message'].replace(/ preemption: .*$/s, '')
  said['why'] = whyOf(args, language)
  return said
}

/** The reason of a verdict that came as flat arguments ("fact", "fact.skew"), as far as they say it; else the plugin's own words. */
function whyOf(args: Args, language: Language): string {
  const values: Record<string, string | number> = {}
  for (const [name, value] of Object.entries(args)) if (name.startsWith('fact.')) values[name.slice('fact.'.length)] = value
  const fact: Fact = { id: String(args['fact'] ?? ''), values }
  return sayRefusal({ reasons: [String(args['reason'] ?? '')], facts: [fact] }, language)
}

/** Why a plugin refuses a node, with the number that mattered: "its CPU is 0.2 short". The plugin's own words where no number is known. */
export function sayRefusal(verdict: Pick<FilterVerdict, 'reasons' | 'facts'>, language: Language = currentLanguage()): string {
  const text = textOf('facts', language)
  for (const { id, values } of verdict.facts) {
    switch (id) {
      case 'fit.insufficient': {
        const resource = String(values['resource'])
        const short = Number(values['requested']) - Number(values['free'])
        if (resource === 'cpu') return text('why.cpuShort', { amount: cores(short) })
        if (resource === 'memory') return text('why.memoryShort', { amount: bytes(short) })
        if (resource === 'pods') return text('why.podsFull', { used: Number(values['used']), allocatable: Number(values['allocatable']) })
        return text('why.resourceShort', { resource, amount: whole(short) })
      }
      case 'taint.untolerated': return text('why.taint', { taint: taintText(values) })
      case 'node.unschedulable': if (values['tolerated'] !== true && values['tolerated'] !== 'true') return text('why.cordoned'); break
      case 'affinity.mismatch': {
        const there = values['present'] === true || values['present'] === 'true'
        return text(there ? 'why.label' : 'why.noLabel', { expression: String(values['expression']), value: `${values['key']}=${values['value']}` })
      }
      case 'spread.skew': if (values['fits'] !== true && values['fits'] !== 'true') return text('why.skew', { domain: String(values['domain']), skew: Number(values['skew']), maxSkew: Number(values['maxSkew']) }); break
      case 'spread.missingLabel': return text('why.noDomain', { topologyKey: String(values['topologyKey']) })
      case 'ports.conflict': return text('why.port', { port: String(values['port']) })
      case 'nodeName': return text('why.nodeName', { wanted: String(values['wanted']) })
      default: break
    }
  }
  return verdict.reasons.join(', ')
}

/** The same in the few words that fit a node card: "0.2 CPU short", "dedicated=batch", "skew 2 > maxSkew 1". */
export function sayRefusalShort(verdict: Pick<FilterVerdict, 'reasons' | 'facts'>, language: Language = currentLanguage()): string {
  const text = textOf('facts', language)
  for (const { id, values } of verdict.facts) {
    switch (id) {
      case 'fit.insufficient': {
        const short = Number(values['requested']) - Number(values['free'])
        if (values['resource'] === 'cpu') return text('short.cpu', { amount: cores(short) })
        if (values['resource'] === 'memory') return text('short.memory', { amount: bytes(short) })
        break
      }
      case 'taint.untolerated': return values['value'] ? `${values['key']}=${values['value']}` : String(values['key'])
      case 'spread.skew': if (values['fits'] !== true && values['fits'] !== 'true') return text('short.skew', { skew: Number(values['skew']), maxSkew: Number(values['maxSkew']) }); break
      case 'affinity.mismatch': return text('short.wants', { wanted: String(values['wanted'] || values['expression']) })
      default: break
    }
  }
  return verdict.reasons[0] ?? ''
}

function taintText(values: Fact['values']): string {
  return `${values['key']}${values['value'] ? `=${values['value']}` : ''}:${values['effect']}`
}

/** In Chinese a name in Latin letters is set off from the Han text that follows it. */
function spaced(actor: string, language: Language): string {
  return language === 'zh' && /[\w)]$/.test(actor) ? `${actor} ` : actor
}

/** Kubernetes' messages end as they like; a sentence ends once. */
function tidy(sentence: string, language: Language): string {
  const clean = sentence.replace(/\s+([.;,])/g, '$1').replace(/\.\.+$/, '.').replace(/([.。])\1+/g, '$1').trim()
  return language === 'zh' ? clean.replace(/\.。/g, '。') : clean
}
