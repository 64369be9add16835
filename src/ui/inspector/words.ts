import { defineCatalogue } from '../kit'

defineCatalogue('inspector', {
  en: {
    'inspector': 'Inspector', 'tab.decision': 'Decision', 'tab.yaml': 'YAML', 'tab.events': 'Events', 'tab.metrics': 'Metrics', 'tab.rollout': 'Rollout', 'tab.history': 'History', 'tab.journey': 'Journey', 'tab.node': 'Node', 'resize': 'Width of the inspector', 'fold': 'Fold the inspector', 'open': 'Open the inspector',
    'yaml.none': 'Select a node, a Pod or a workload to see it as api-server serves it.', 'yaml.gone': 'There is no {{name}} at this moment.', 'yaml.edit': 'Edit', 'yaml.copy': 'Copy', 'yaml.copied': 'Copied', 'yaml.live': 'Live, rev {{revision}}', 'yaml.managed': 'Show managedFields', 'yaml.managedHide': 'Hide managedFields',
    'events.none': 'Nobody has recorded an event yet.', 'events.noneAbout': 'Nobody has recorded an event about {{name}} yet.', 'events.title': 'Events', 'events.note': 'What components recorded, newest first', 'events.about': 'About', 'events.all': 'All events', 'events.only': 'Only {{name}}',
    'events.time': 'Time', 'events.type': 'Type', 'events.reason': 'Reason', 'events.message': 'Message', 'events.from': 'From', 'events.count': 'Count', 'events.filter': 'Filter', 'events.times': '× {{count}}',
  },
  zh: {
    'inspector': '检查器', 'tab.decision': '决策', 'tab.yaml': 'YAML', 'tab.events': '事件', 'tab.metrics': '指标', 'tab.rollout': '更新', 'tab.history': '历史', 'tab.journey': '旅程', 'tab.node': 'Node', 'resize': '检查器宽度', 'fold': '收起检查器', 'open': '打开检查器',
    'yaml.none': '选择一个节点、Pod 或工作负载，查看 api-server 提供的内容。', 'yaml.gone': '此刻没有 {{name}}。', 'yaml.edit': '编辑', 'yaml.copy': '复制', 'yaml.copied': '已复制', 'yaml.live': '实时，修订号 {{revision}}', 'yaml.managed': '显示 managedFields', 'yaml.managedHide': '隐藏 managedFields',
    'events.none': '还没有组件记录事件。', 'events.noneAbout': '还没有关于 {{name}} 的事件。', 'events.title': '事件', 'events.note': '各组件的记录，最新的在前', 'events.about': '关于', 'events.all': '全部事件', 'events.only': '只看 {{name}}',
    'events.time': '时间', 'events.type': '类型', 'events.reason': '原因', 'events.message': '消息', 'events.from': '来源', 'events.count': '次数', 'events.filter': '筛选', 'events.times': '× {{count}}',
  },
})
