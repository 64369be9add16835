import { defineCatalogue } from '../kit'

defineCatalogue('terminal', {
  en: {
    'name': 'Terminal', 'about': 'kubectl of this cluster. Up and Down walk through what was typed, Tab completes, Ctrl+C gives up, Ctrl+Shift+M leaves.',
    'welcome': 'kubectl speaks to the cluster in this page. "kubectl help" lists the verbs, "etcdctl" looks into the store, "berth" breaks things on purpose; files are the tabs of the editor.',
    'unknown': '{{word}}: command not found', 'still': '(the clock stands still: press Play and this goes on; Ctrl+C gives up)', 'history': 'Typed before', 'loading': 'Loading the terminal', 'could': 'Could be: {{words}}', 'more': '{{count}} more',
  },
  zh: {
    'name': '终端', 'about': '此集群的 kubectl。上下键翻历史，Tab 补全，Ctrl+C 放弃，Ctrl+Shift+M 离开。',
    'welcome': 'kubectl 与本页中的集群对话。"kubectl help" 列出所有动词，"etcdctl" 查看存储，"berth" 有意制造故障；文件就是编辑器里的标签页。',
    'unknown': '{{word}}：找不到命令', 'still': '（时钟停着：按播放后继续；Ctrl+C 放弃）', 'history': '输入过的命令', 'loading': '正在加载终端', 'could': '可能是：{{words}}', 'more': '还有 {{count}} 个',
  },
})
