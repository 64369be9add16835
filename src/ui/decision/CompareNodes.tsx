import { useId, useMemo, useState, type ReactNode } from 'react'
import { compareNodes, type Explanation, type NodeComparison } from '../../api'
import { inPluginOrder, plain, pluginStyle, RefreshCw, rich, sayRefusal, useText, whole } from '../kit'
import { useUi } from '../store'
import { ranking } from './analysis'
import './compare-words'
import './compare.css'

/** So many nodes are a list to choose from; of more one types the name. */
const listMax = 60
/** So many names are offered while typing. */
const offeredMax = 50
const flipsMax = 3

/** Why node a and not b, for any two nodes of a decision: who refused which, what parted their scores, and which weight would turn it round. */
export function CompareNodes({ explanation }: { readonly explanation: Explanation }): ReactNode {
  const text = useText('compare')
  const picked = useUi((ui) => (ui.selection?.kind === 'node' ? ui.selection.name : ui.pickedCell?.node ?? ui.pickedVerdict))
  const [chosen, setChosen] = useState<{ readonly a?: string; readonly b?: string }>({})
  const offered = useMemo(() => offer(explanation, picked), [explanation, picked])
  const [a, b] = [chosen.a ?? offered.a, chosen.b ?? offered.b]
  const comparison = useMemo(() => (a === undefined || b === undefined || a === b ? undefined : compareNodes(explanation, a, b)), [explanation, a, b])
  if (offered.a === undefined || offered.b === undefined || a === undefined || b === undefined) return null
  return (
    <section className="sec compare" aria-label={text('title')}>
      <h4 className="sec-title">{text('title')}</h4>
      <div className="row compare-pick">
        <NodePick label={text('a')} value={a} nodes={explanation.nodes} onChange={(node) => { setChosen({ a: node, b }) }} />
        <span className="small dim">{text('and')}</span>
        <NodePick label={text('b')} value={b} nodes={explanation.nodes} onChange={(node) => { setChosen({ a, b: node }) }} />
        <button type="button" className="icon-btn" aria-label={text('swap')} title={text('swap')} onClick={() => { setChosen({ a: b, b: a }) }}><RefreshCw size={13} /></button>
      </div>
      {comparison === undefined ? a !== b && <p className="small dim">{text('known')}</p> : <Answer comparison={comparison} explanation={explanation} />}
    </section>
  )
}

/** The winner against the picked one; without a pick against the next best, or whoever was refused last. */
function offer(explanation: Explanation, picked: string | undefined): { readonly a: string | undefined; readonly b: string | undefined } {
  const a = explanation.winner ?? explanation.nodes[0]
  const ranked = ranking(explanation).map(({ node }) => node)
  const refused = explanation.filters.flatMap(({ verdicts }) => verdicts.filter(({ reported }) => reported).map(({ node }) => node)).reverse()
  const known = picked !== undefined && explanation.nodes.includes(picked) ? [picked] : []
  return { a, b: [...known, ...ranked, ...refused, ...explanation.nodes.slice(0, 2)].find((node) => node !== a) }
}

function NodePick({ label, value, nodes, onChange }: { readonly label: string; readonly value: string; readonly nodes: readonly string[]; readonly onChange: (node: string) => void }): ReactNode {
  const id = useId()
  const [typed, setTyped] = useState<string>()
  const sorted = useMemo(() => (nodes.length > listMax ? [] : [...nodes].sort((x, y) => (x < y ? -1 : 1))), [nodes])
  if (nodes.length <= listMax) {
    return <select className="compare-node" aria-label={label} value={value} onChange={(event) => { onChange(event.target.value) }}>{sorted.map((node) => <option key={node}>{node}</option>)}</select>
  }
  const begun = typed ?? value
  const found = nodes.filter((node) => node.includes(begun)).slice(0, offeredMax)
  return (
    <>
      <input
        className="compare-node" aria-label={label} value={begun} list={id} spellCheck={false} autoComplete="off"
        onChange={(event) => {
          setTyped(event.target.value)
          if (nodes.includes(event.target.value)) onChange(event.target.value)
        }}
        onBlur={() => { setTyped(undefined) }}
      />
      <datalist id={id}>{found.map((node) => <option key={node} value={node} />)}</datalist>
    </>
  )
}

function Answer({ comparison, explanation }: { readonly comparison: NodeComparison; readonly explanation: Explanation }): ReactNode {
  const text = useText('compare')
  const { a, b, decidedBy, lead, differences, flips } = comparison
  const totalOf = (name: string): number => explanation.totals.find(({ node }) => node === name)?.total ?? 0
  const [ahead, behind] = lead >= 0 ? [a, b] : [b, a]
  switch (decidedBy) {
    case 'filtered': return <Refusals comparison={comparison} explanation={explanation} />
    case 'unscored': return <p>{rich(text('unscored'))}</p>
    case 'unvisited': return <>{[a, b].filter((node) => explanation.nodes.indexOf(node) >= explanation.visited).map((node) => <p key={node}>{rich(text('unvisited', { node }))}</p>)}</>
    default: break
  }
  const parting = differences.filter((one) => one.lead !== 0)
  const same = differences.length - parting.length
  return (
    <>
      <p>{rich(decidedBy === 'tie' ? text('tie', { a, b, more: whole(totalOf(a)) }) : text('score', { ahead, behind, lead: whole(Math.abs(lead)), more: whole(totalOf(ahead)), less: whole(totalOf(behind)) }))}</p>
      {parting.length > 0 && (
        <table className="compare-table">
          <caption className="visually-hidden">{text('caption', { a, b })}</caption>
          <thead><tr><th scope="col" className="dim">{text('plugin')}</th><th scope="col" className="cut" title={a}>{a}</th><th scope="col" className="cut" title={b}>{b}</th><th scope="col" className="dim">{text('difference')}</th></tr></thead>
          <tbody>
            {inPluginOrder(parting, ({ plugin }) => plugin).map((one) => (
              <tr key={one.plugin}>
                <th scope="row"><span className="row compare-plugin"><span className={`swatch ${pluginStyle(one.plugin).className}`} aria-hidden="true" /><span className="cut" title={one.plugin}>{one.plugin}</span></span></th>
                {[one.a, one.b].map((cell, index) => <td key={index}><b>{whole(cell.weighted)}</b> <span className="dim micro">{cell.normalized}×{one.weight}</span></td>)}
                <td className="strong">{signed(one.lead)}</td>
              </tr>
            ))}
            <tr className="compare-total"><th scope="row">{text('total')}</th><td><b>{whole(totalOf(a))}</b></td><td><b>{whole(totalOf(b))}</b></td><td className="strong">{signed(lead)}</td></tr>
          </tbody>
        </table>
      )}
      {same > 0 && <p className="small dim">{text('same', { count: same })}</p>}
      <ul className="compare-flips" aria-label={text('flips')}>
        {flips.length === 0 && <li className="small dim">{text('flip.none')}</li>}
        {flips.slice(0, flipsMax).map(({ plugin, weight, from }) => (
          <li key={plugin}>{rich(text(lead === 0 ? (weight === 0 ? 'flip.tieOff' : 'flip.tie') : weight === 0 ? 'flip.off' : 'flip', { plugin, weight, from, behind }))}</li>
        ))}
      </ul>
    </>
  )
}

function Refusals({ comparison: { a, b, refusals }, explanation }: { readonly comparison: NodeComparison; readonly explanation: Explanation }): ReactNode {
  const text = useText('compare')
  const why = (plugin: string, node: string): string => {
    const verdict = explanation.filters.find((filter) => filter.plugin === plugin)?.verdicts.find((one) => one.node === node)
    return verdict === undefined ? '' : plain(sayRefusal(verdict)).replace(/[.。]$/, '')
  }
  const order = [...refusals].sort((x, y) => Number(y.reported) - Number(x.reported))
  return (
    <ul className="compare-refusals">
      {[a, b].filter((node) => explanation.feasible.includes(node)).map((node) => <li key={node}>{rich(text('stands', { node }))}</li>)}
      {order.map(({ node, plugin, reported }) => (
        <li key={`${node} ${plugin}`} className={reported ? '' : 'small dim'}>{rich(text(reported ? 'refused' : 'also', { node, plugin, why: why(plugin, node) }))}</li>
      ))}
    </ul>
  )
}

function signed(value: number): string {
  return value > 0 ? `+${whole(value)}` : value < 0 ? `−${whole(-value)}` : '0'
}
