import { useMemo, useState, type ReactNode } from 'react'
import type { ServicePortView, ServiceView } from '../../protocol'
import { Button, Copy, Segmented, useText, whole } from '../kit'
import { useRules, useDesk, useSetDesk } from './asks'

/** More than this nobody reads, and a browser would groan. */
const linesMax = 2_000

/** A node's tables as its own tools print them. */
export function RulesPanel({ node, nodes, onNode, moment, service, port }: { readonly node: string; readonly nodes: readonly string[]; readonly onNode: (node: string) => void; readonly moment: string; readonly service: ServiceView; readonly port: ServicePortView | undefined }): ReactNode {
  const text = useText('traffic')
  const setDesk = useSetDesk()
  const all = useDesk((desk) => desk.allRules)
  const rules = useRules(node, moment)
  const [wanted, setWanted] = useState<'iptables' | 'ipvsadm'>('ipvsadm')
  const [copied, setCopied] = useState(false)
  const tool = rules?.ipvsadm === undefined ? 'iptables' : wanted
  const whole_ = rules === null || rules === undefined ? '' : tool === 'ipvsadm' ? rules.ipvsadm ?? '' : rules.iptables
  const text_ = useMemo(() => (all ? whole_ : only(whole_, tool, service, port)), [all, whole_, tool, service, port])
  const lines = useMemo(() => text_.split('\n'), [text_])
  if (rules === null || rules === undefined) return <p className="sec small dim">{text('rules.loading')}</p>
  const shown = lines.length > linesMax ? lines.slice(0, linesMax).join('\n') : text_
  const copy = (): void => {
    navigator.clipboard.writeText(text_).then(() => { setCopied(true) }, () => undefined)
  }
  return (
    <div className="traffic-rules">
      <div className="traffic-rules-head">
        <select className="traffic-select mono small" aria-label={text('rules.which')} value={node} onChange={(event) => { onNode(event.target.value) }}>{nodes.map((name) => <option key={name}>{name}</option>)}</select>
        {rules.ipvsadm !== undefined && <Segmented label={text('tab.rules')} value={tool} onChange={setWanted} segments={[{ value: 'ipvsadm', label: text('rules.ipvsadm') }, { value: 'iptables', label: text('rules.iptables') }]} />}
        <Segmented label={text('service')} value={all ? 'all' : 'only'} onChange={(value) => { setDesk({ allRules: value === 'all' }) }} segments={[{ value: 'only', label: text('rules.only', { name: service.name }) }, { value: 'all', label: text('rules.all') }]} />
        <span className="grow" />
        <Button size="small" look="quiet" onClick={copy}><Copy size={13} />{text(copied ? 'rules.copied' : 'rules.copy')}</Button>
      </div>
      <p className="small dim traffic-rules-count">{text('rules.count', { rules: whole(rules.rules), revision: whole(rules.revision), connections: whole(rules.connections) })}</p>
      {text_ === '' ? <p className="sec small dim">{text('rules.none')}</p> : <pre className="traffic-text mono" tabIndex={0} aria-label={`${text(`rules.${tool}`)} ${node}`}>{shown}</pre>}
      {lines.length > linesMax && <p className="sec small dim">{text('rules.cut', { lines: whole(linesMax), of: whole(lines.length) })}</p>}
    </div>
  )
}

/** The lines about one Service: its own chains, and the rules that lead to them. */
function only(text: string, tool: 'iptables' | 'ipvsadm', service: ServiceView, port: ServicePortView | undefined): string {
  const lines = text.split('\n')
  if (tool === 'ipvsadm') {
    const addresses = new Set([service.clusterIP, ...service.externalIPs].map((ip) => `${ip ?? ''}:${port?.port ?? 0}`))
    let keeps = false
    const kept = lines.slice(3).filter((line) => {
      if (/^(TCP|UDP|SCTP) /.test(line)) {
        const address = line.split(/\s+/)[1] ?? ''
        keeps = addresses.has(address) || (port?.nodePort !== undefined && address.endsWith(`:${port.nodePort}`))
      }
      return keeps && line !== ''
    })
    return kept.length === 0 ? '' : [...lines.slice(0, 3), ...kept].join('\n')
  }
  const named = new RegExp(`--comment "[^"]*\\b${escaped(service.key)}(:[^ "]*)?[ "]`)
  const chains = new Set<string>()
  for (const line of lines) {
    if (!named.test(line)) continue
    for (const chain of line.matchAll(/KUBE-(?:SVC|SVL|SEP|EXT|FW)-[A-Z2-7]{16}/g)) chains.add(chain[0])
  }
  const kept = lines.filter((line) => {
    const chain = /^(?:-A |:)(\S+)/.exec(line)?.[1]
    return line.startsWith('*') || line === 'COMMIT' || named.test(line) || (chain !== undefined && chains.has(chain))
  })
  return kept.some((line) => line.startsWith('-A')) ? kept.join('\n') : ''
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
