import { defineCatalogue } from '../kit'

defineCatalogue('editor', {
  en: {
    'editor': 'YAML editor', 'text': 'Manifest', 'apply': 'Apply', 'checking': 'Checking…', 'good_one': 'The server would accept it', 'good_other': 'The server would accept all {{count}} objects', 'problems_one': '{{count}} problem', 'problems_other': '{{count}} problems', 'empty': 'Nothing to apply',
    'from': 'Start from', 'from.live': 'Live: {{name}}', 'template.deployment': 'Deployment', 'template.pod': 'Pod', 'template.service': 'Service', 'template.node': 'Node', 'template.replace': 'The text you have written is replaced.',
    'change': 'Change to {{value}}', 'refused': 'api-server refused <em>{{name}}</em>: {{message}} Nothing was stored.', 'wrong': '<em>{{name}}</em>, line {{line}}: {{message}} Nothing was stored.', 'more': '(and {{count}} more)', 'result': 'What became of it',
    'outcome.created': 'created', 'outcome.configured': 'configured', 'outcome.unchanged': 'unchanged', 'outcome.refused': 'refused', 'would.created': 'would be created', 'would.configured': 'would be configured', 'would.unchanged': 'would be unchanged', 'close': 'Close', 'left': 'Leave the field with Ctrl+M, then Tab moves on.',
  },
  zh: {
    'editor': 'YAML 编辑器', 'text': '清单', 'apply': '应用', 'checking': '检查中…', 'good_other': '服务器会接受全部 {{count}} 个对象', 'problems_other': '{{count}} 个问题', 'empty': '没有可应用的内容',
    'from': '从这里开始', 'from.live': '现有：{{name}}', 'template.deployment': 'Deployment', 'template.pod': 'Pod', 'template.service': 'Service', 'template.node': 'Node', 'template.replace': '已写的内容会被替换。',
    'change': '改为 {{value}}', 'refused': 'api-server 拒绝了 <em>{{name}}</em>：{{message}} 没有存入任何东西。', 'wrong': '<em>{{name}}</em> 第 {{line}} 行：{{message}} 没有存入任何东西。', 'more': '（另有 {{count}} 处）', 'result': '结果',
    'outcome.created': '已创建', 'outcome.configured': '已更新', 'outcome.unchanged': '无变化', 'outcome.refused': '被拒绝', 'would.created': '将会创建', 'would.configured': '将会更新', 'would.unchanged': '不会变化', 'close': '关闭', 'left': '按 Ctrl+M 离开输入区，之后 Tab 移到下一处。',
  },
})
