import { defineCatalogue } from '../kit'

defineCatalogue('persist', {
  en: {
    'linkTooLong': 'This session does not fit into a link. Save it as a file instead.', 'linked': 'The link is copied. It holds the whole session and opens paused.', 'linkFailed': 'The browser did not let the link be copied.',
    'saved': 'Saved as {{name}}.', 'opened': 'The session is open, as it was saved.', 'cannot': 'The session cannot be opened: {{message}}', 'restored': 'Your session is back as you left it.', 'gone': 'this browser does not hold it any more', 'unkept': 'This browser keeps no sessions: a reload begins anew.',
  },
  zh: {
    'linkTooLong': '此会话放不进链接，请改为保存成文件。', 'linked': '链接已复制，其中有整个会话，打开时是暂停的。', 'linkFailed': '浏览器不允许复制链接。',
    'saved': '已保存为 {{name}}。', 'opened': '会话已打开，与保存时一样。', 'cannot': '无法打开会话：{{message}}', 'restored': '会话已恢复到离开时的样子。', 'gone': '此浏览器已不再保存它', 'unkept': '此浏览器不保存会话：重新加载会从头开始。',
  },
})
