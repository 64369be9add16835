import { defineCatalogue } from '../kit'

defineCatalogue('editor', {
  en: {
    'editor': 'YAML editor', 'text': 'Manifest', 'apply': 'Apply', 'checking': 'Checking…', 'good_one': 'The server would accept it', 'good_other': 'The server would accept all {{count}} objects', 'problems_one': '{{count}} problem', 'problems_other': '{{count}} problems', 'empty': 'Nothing to apply',
    'from': 'Start from', 'from.live': 'Live: {{name}}', 'template.deployment': 'Deployment', 'template.pod': 'Pod', 'template.service': 'Service', 'template.node': 'Node', 'template.replace': 'The text you have written is replaced.',
    'change': 'Change to {{value}}', 'refused': 'api-server refused <em>{{name}}</em>: {{message}} Nothing was stored.', 'wrong': '<em>{{name}}</em>, line {{line}}: {{message}} Nothing was stored.', 'more': '(and {{count}} more)', 'result': 'What became of it',
    'outcome.created': 'created', 'outcome.configured': 'configured', 'outcome.unchanged': 'unchanged', 'outcome.refused': 'refused', 'would.created': 'would be created', 'would.configured': 'would be configured', 'would.unchanged': 'would be unchanged', 'close': 'Close', 'left': 'Leave the field with Ctrl+M, then Tab moves on.',
    'changed_one': '{{count}} field:', 'changed_other': '{{count}} fields:', 'field.required': 'required', 'field.default': 'Default', 'field.keys': 'Items are told apart by', 'field.values': 'One of',
    'config': 'Scheduler configuration', 'config.text': 'KubeSchedulerConfiguration or Policy', 'config.show': 'What is shown', 'config.written': 'As written', 'config.effective': 'With all defaults', 'config.revert': 'Back to what is in force', 'config.inForce': 'In force', 'config.good': 'kube-scheduler would accept it',
    'config.refused': 'kube-scheduler refused it: {{message}} <em>The old configuration stays in force.</em>', 'config.modern': 'Modern, scores 0 to 100', 'config.classic': 'Classic, scores 0 to 10', 'config.presets': 'Start from', 'config.notes': 'Advice',
    'preset.default': 'Defaults', 'preset.textbook': 'Textbook policy', 'preset.packing': 'Bin packing', 'preset.noSpread': 'Spread off', 'preset.percentage': '10% of nodes',
    'note.balancedWithoutLeastRequested': '<b>{{name}}</b> without <b>LeastRequestedPriority</b>: allowed, but the book forbids it. It only asks that CPU and memory be used in equal shares, and a full node can be as even as an empty one; LeastRequestedPriority is what prefers the empty one.',
    'note.neverEvaluated': '<b>{{name}}</b> is in no order of evaluation of that version: it is accepted and never run.',
  },
  zh: {
    'editor': 'YAML 编辑器', 'text': '清单', 'apply': '应用', 'checking': '检查中…', 'good_other': '服务器会接受全部 {{count}} 个对象', 'problems_other': '{{count}} 个问题', 'empty': '没有可应用的内容',
    'from': '从这里开始', 'from.live': '现有：{{name}}', 'template.deployment': 'Deployment', 'template.pod': 'Pod', 'template.service': 'Service', 'template.node': 'Node', 'template.replace': '已写的内容会被替换。',
    'change': '改为 {{value}}', 'refused': 'api-server 拒绝了 <em>{{name}}</em>：{{message}} 没有存入任何东西。', 'wrong': '<em>{{name}}</em> 第 {{line}} 行：{{message}} 没有存入任何东西。', 'more': '（另有 {{count}} 处）', 'result': '结果',
    'outcome.created': '已创建', 'outcome.configured': '已更新', 'outcome.unchanged': '无变化', 'outcome.refused': '被拒绝', 'would.created': '将会创建', 'would.configured': '将会更新', 'would.unchanged': '不会变化', 'close': '关闭', 'left': '按 Ctrl+M 离开输入区，之后 Tab 移到下一处。',
    'changed_other': '{{count}} 个字段：', 'field.required': '必填', 'field.default': '默认值', 'field.keys': '各项的区分键', 'field.values': '可取值',
    'config': '调度器配置', 'config.text': 'KubeSchedulerConfiguration 或 Policy', 'config.show': '显示内容', 'config.written': '原文', 'config.effective': '含全部默认值', 'config.revert': '恢复为生效中的配置', 'config.inForce': '生效中', 'config.good': 'kube-scheduler 会接受它',
    'config.refused': 'kube-scheduler 拒绝了它：{{message}} <em>原配置继续生效。</em>', 'config.modern': '现代，得分 0 到 100', 'config.classic': '经典，得分 0 到 10', 'config.presets': '从这里开始', 'config.notes': '建议',
    'preset.default': '默认', 'preset.textbook': '教科书策略', 'preset.packing': '装箱', 'preset.noSpread': '关闭打散', 'preset.percentage': '10% 的节点',
    'note.balancedWithoutLeastRequested': '只用 <b>{{name}}</b> 而没有 <b>LeastRequestedPriority</b>：允许，但书中禁止这样做。它只要求 CPU 与内存的使用比例相等，而满载的节点可以和空闲的一样均衡；偏好空闲节点的是 LeastRequestedPriority。',
    'note.neverEvaluated': '<b>{{name}}</b> 不在该版本的求值顺序中：会被接受，但从不运行。',
  },
})
