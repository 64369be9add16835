import { defineCatalogue } from '../kit'

defineCatalogue('compare', {
  en: {
    'title': 'Why this node and not that one', 'a': 'One node', 'b': 'The other node', 'and': 'and not', 'swap': 'Swap',
    'score': '<b>{{ahead}}</b> is <b>{{lead}}</b> ahead of <b>{{behind}}</b>: {{more}} over {{less}}.', 'tie': '<b>{{a}}</b> and <b>{{b}}</b> have equal totals, {{more}}: chance chose, from the seed.',
    'refused': '<b>{{node}}</b> was refused by <b>{{plugin}}</b>: {{why}}.', 'also': '<b>{{plugin}}</b> would have refused <b>{{node}}</b> too: {{why}}.',
    'stands': '<b>{{node}}</b> passes every filter.', 'unscored': 'Both pass, but nothing was scored: a single feasible node needs no score.', 'unvisited': 'The scheduler did not look at <b>{{node}}</b>: enough feasible nodes were found before.', 'known': 'There is no such node in this decision.',
    'caption': 'Weighted scores of {{a}} and {{b}}, the plugins that part them most first', 'plugin': 'Plugin', 'difference': 'Difference', 'total': 'Total', 'same_one': '{{count}} plugin gives both the same', 'same_other': '{{count}} plugins give both the same',
    'flip': '<b>{{plugin}}</b> with weight <b>{{weight}}</b> instead of {{from}} would put <b>{{behind}}</b> ahead.', 'flip.off': 'Without <b>{{plugin}}</b> (weight {{from}}) <b>{{behind}}</b> would be ahead.', 'flip.tie': '<b>{{plugin}}</b> with weight <b>{{weight}}</b> instead of {{from}} would part them.', 'flip.tieOff': 'Without <b>{{plugin}}</b> (weight {{from}}) they would not be equal.',
    'flip.none': 'No change of one weight alone turns this round.', 'flips': 'What would turn it round',
  },
  zh: {
    'title': '为什么是这个节点而不是那个', 'a': '一个节点', 'b': '另一个节点', 'and': '而不是', 'swap': '交换',
    'score': '<b>{{ahead}}</b> 领先 <b>{{behind}}</b> <b>{{lead}}</b> 分：{{more}} 胜 {{less}}。', 'tie': '<b>{{a}}</b> 与 <b>{{b}}</b> 总分相同，均为 {{more}}：由种子随机选择。',
    'refused': '<b>{{plugin}}</b> 拒绝了 <b>{{node}}</b>：{{why}}。', 'also': '<b>{{plugin}}</b> 也会拒绝 <b>{{node}}</b>：{{why}}。',
    'stands': '<b>{{node}}</b> 通过全部预选。', 'unscored': '两者都通过，但没有打分：只有一个可行节点时无需打分。', 'unvisited': '调度器没有看 <b>{{node}}</b>：之前已找到足够的可行节点。', 'known': '这次决策中没有这个节点。',
    'caption': '{{a}} 与 {{b}} 的加权得分，差距最大的插件在前', 'plugin': '插件', 'difference': '差', 'total': '总分', 'same_other': '{{count}} 个插件给两者的分相同',
    'flip': '若 <b>{{plugin}}</b> 的权重为 <b>{{weight}}</b> 而不是 {{from}}，<b>{{behind}}</b> 就会领先。', 'flip.off': '没有 <b>{{plugin}}</b>（权重 {{from}}），<b>{{behind}}</b> 就会领先。', 'flip.tie': '若 <b>{{plugin}}</b> 的权重为 <b>{{weight}}</b> 而不是 {{from}}，两者就会分出先后。', 'flip.tieOff': '没有 <b>{{plugin}}</b>（权重 {{from}}），两者就不会相同。',
    'flip.none': '只改一个权重，无法改变先后。', 'flips': '怎样会改变先后',
  },
})
