import { lazy, Suspense, useEffect, useRef, useState, type ReactNode } from 'react'
import type { ImportFile } from '../../protocol'
import { defineCatalogue, Upload, useText } from '../kit'
import { useSession, type Session } from '../store'
import type { ImportState } from './ImportDialog'
import './importing.css'

defineCatalogue('importing', {
  en: {
    'drop': 'Drop your cluster here', 'drop.note': 'YAML, JSON or CSV, up to 200 MB, read in this tab only. Nothing is sent.',
    'title': 'Import', 'reading': 'Reading {{files}}', 'close': 'Close', 'files_one': '{{count}} file', 'files_other': '{{count}} files', 'pasted': 'pasted.yaml',
    'ask': 'Where to?', 'ask.new': 'As a cluster of its own', 'ask.newNote': 'These are the objects of a real cluster: bound Pods stay where they were.', 'ask.current': 'Into this cluster', 'ask.currentNote': 'As kubectl apply would, on top of what is here.',
    'read': 'objects read', 'stored': 'stored', 'used': 'used in decisions', 'shown': 'kept, no part in placing a Pod', 'left': 'left out', 'kind': 'Kind', 'found': 'found', 'kept': 'kept', 'leftOut': 'left out', 'role': 'in decisions', 'yes': 'used', 'no': 'no part',
    'problems_one': '{{count}} problem', 'problems_other': '{{count}} problems', 'where': 'Where', 'what': 'What', 'line': 'line {{line}}', 'more': '{{count}} more', 'open': 'Open the cluster', 'failed': 'Nothing could be read', 'nothing': 'Nothing was stored; the cluster is as it was.', 'waiting': 'The host has not answered yet.', 'stays': 'stayed in this tab', 'cannot': 'What a dump cannot say', 'cannot.config': 'Scheduler configuration: the defaults are assumed.', 'cannot.history': 'Use and history: bars show requests, time begins here.', 'cannot.images': 'Image sizes: only those the nodes list.',
  },
  zh: {
    'drop': '把集群拖到这里', 'drop.note': 'YAML、JSON 或 CSV，最大 200 MB，只在本标签页中读取，不会发送任何内容。',
    'title': '导入', 'reading': '正在读取 {{files}}', 'close': '关闭', 'files_other': '{{count}} 个文件', 'pasted': 'pasted.yaml',
    'ask': '放到哪里？', 'ask.new': '作为单独的集群', 'ask.newNote': '这些对象来自真实集群：已绑定的 Pod 留在原处。', 'ask.current': '放入当前集群', 'ask.currentNote': '如同 kubectl apply，加到现有内容之上。',
    'read': '读入对象', 'stored': '已存入', 'used': '参与决策', 'shown': '保留，不影响放置', 'left': '未读入', 'kind': '类型', 'found': '找到', 'kept': '保留', 'leftOut': '未读入', 'role': '参与决策', 'yes': '参与', 'no': '不参与',
    'problems_other': '{{count}} 个问题', 'where': '位置', 'what': '内容', 'line': '第 {{line}} 行', 'more': '还有 {{count}} 个', 'open': '打开集群', 'failed': '什么都没能读入', 'nothing': '没有存入任何东西，集群保持原样。', 'waiting': '还没有得到答复。', 'stays': '没有离开本标签页', 'cannot': '导出内容说明不了的', 'cannot.config': '调度器配置：按默认值处理。', 'cannot.history': '用量与历史：条形显示请求，时间从这里开始。', 'cannot.images': '镜像大小：只有节点列出的那些。',
  },
})

// It brings the YAML reader along, which the first view does not need.
const ImportDialog = lazy(() => import('./ImportDialog').then((module) => ({ default: module.ImportDialog })))

const accepted = '.yaml,.yml,.json,.csv,.txt'
const listeners = new WeakMap<Session, (files: readonly File[]) => void>()

/** The browser's own file dialog; what is chosen is imported. */
export function chooseFiles(session: Session): void {
  const input = document.createElement('input')
  input.type = 'file'
  input.multiple = true
  input.accept = accepted
  input.onchange = () => { listeners.get(session)?.([...input.files ?? []]) }
  input.click()
}

async function textsOf(files: readonly File[]): Promise<readonly ImportFile[]> {
  return Promise.all(files.map(async (file) => ({ name: file.name, text: await file.text() })))
}

/** The whole window accepts a drop, and a paste outside of text fields. */
export function DropZone({ children, onSession }: { readonly children: ReactNode; readonly onSession: (file: File) => void }): ReactNode {
  const text = useText('importing')
  const session = useSession()
  const [over, setOver] = useState(false)
  const [state, setState] = useState<ImportState>()
  const depth = useRef(0)

  useEffect(() => {
    const begin = (files: readonly ImportFile[]): void => { if (files.length > 0) setState({ is: 'given', files }) }
    listeners.set(session, (files) => { void textsOf(files).then(begin) })
    const carries = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false
    const enter = (event: DragEvent): void => {
      if (!carries(event)) return
      event.preventDefault()
      depth.current++
      setOver(true)
    }
    const leave = (event: DragEvent): void => {
      if (!carries(event)) return
      depth.current = Math.max(0, depth.current - 1)
      if (depth.current === 0) setOver(false)
    }
    const dragOver = (event: DragEvent): void => { if (carries(event)) event.preventDefault() }
    const drop = (event: DragEvent): void => {
      if (!carries(event)) return
      // Somebody below took it: the editor opens manifests in tabs.
      const taken = event.defaultPrevented
      event.preventDefault()
      depth.current = 0
      setOver(false)
      if (taken) return
      const dropped = [...event.dataTransfer?.files ?? []]
      // A saved session is opened, not read as manifests.
      const saved = dropped.find((file) => /\.berth\.json(\.gz)?$/i.test(file.name))
      if (saved) onSession(saved)
      else void textsOf(dropped).then(begin)
    }
    const paste = (event: ClipboardEvent): void => {
      const target = event.target
      if (target instanceof HTMLElement && target.closest('input, textarea, [contenteditable="true"], .monaco-editor')) return
      const files = [...event.clipboardData?.files ?? []]
      const words = event.clipboardData?.getData('text/plain') ?? ''
      if (files.length > 0) void textsOf(files).then(begin)
      // A pasted word is no manifest; a text that names a kind is.
      else if (/(^|\n)\s*"?kind"?\s*:/.test(words)) begin([{ name: text('pasted'), text: words }])
      else return
      event.preventDefault()
    }
    addEventListener('dragenter', enter)
    addEventListener('dragleave', leave)
    addEventListener('dragover', dragOver)
    addEventListener('drop', drop)
    addEventListener('paste', paste)
    return () => {
      removeEventListener('dragenter', enter)
      removeEventListener('dragleave', leave)
      removeEventListener('dragover', dragOver)
      removeEventListener('drop', drop)
      removeEventListener('paste', paste)
      listeners.delete(session)
    }
  }, [session, text, onSession])

  return (
    <>
      {children}
      {over && (
        <div className="drop-veil" aria-hidden="true">
          <div className="drop-card"><Upload size={26} /><h2>{text('drop')}</h2><p>{text('drop.note')}</p><code>kubectl get nodes,pods,deploy,rs,pdb,pc,svc -A -o yaml &gt; cluster.yaml</code></div>
        </div>
      )}
      {state && <Suspense fallback={null}><ImportDialog state={state} onState={setState} /></Suspense>}
    </>
  )
}
