import { useMemo, useState, type ReactNode } from 'react'
import type { Explanation, FilterVerdict } from '../../api'
import type { DecisionView } from '../../protocol'
import { ChevronRight, CrossMark, plain, rich, sayRefusal, sayRefusalShort, TickMark, useText, whole } from '../kit'
import { useSetUi, useUi } from '../store'
import { figures, filterSteps, podKeyOf, shownPlugins, startOf, type FilterStep } from './analysis'
import { FitErrorReader } from './FitErrorReader'
import { VerdictNumbers } from './Numbers'

/** More nodes than this are lengths, not boxes. */
const boxesMax = 40
/** So many rejected nodes are named behind a plugin. */
const chipsMax = 2

export function FilterPhase({ explanation, decision }: { readonly explanation: Explanation; readonly decision: DecisionView | undefined }): ReactNode {
  const text = useText('decision')
  const setUi = useSetUi()
  const pickedVerdict = useUi((ui) => ui.pickedVerdict)
  const selectedNode = useUi((ui) => (ui.selection?.kind === 'node' ? ui.selection.name : undefined))
  const [byNode, setByNode] = useState(false)
  const [skippedOpen, setSkippedOpen] = useState(false)
  const steps = useMemo(() => filterSteps(explanation), [explanation])
  const start = startOf(explanation)
  const { shown, now } = shownPlugins(decision, 'filter')
  const seen = steps.filter((step) => shown === 'all' || shown.has(step.plugin))
  const numbers = figures(start, seen)
  const skipped = explanation.filters.filter((filter) => filter.skipped)
  const narrowed = explanation.preFilter.find((answer) => answer.nodeNames !== undefined)
  const refused = seen.flatMap((step) => step.refused.map((verdict) => ({ step, verdict })))
  const current = seen.find((step) => step.plugin === now)?.refused[0]
  const explained = refused.find(({ verdict }) => verdict.node === (pickedVerdict ?? selectedNode)) ?? (pickedVerdict === undefined && current ? refused.find(({ verdict }) => verdict === current) : undefined) ?? (decision === undefined || now === undefined ? refused.at(-1) : undefined)
  const failed = explanation.cycle.outcome === 'unschedulable' && (decision === undefined || decision.beats[decision.beat]?.phase === 'fail' || decision.beats[decision.beat]?.phase === 'postfilter')
  return (
    <>
      <div className="sec phase-head">
        <span className="phase-bar" aria-hidden="true" />
        <div className="grow">
          <h3>{text('filter')} <span className="dim mid">{text('filter.classic')}</span></h3>
          <p className="small dim mono cut">{podKeyOf(explanation.cycle).split('/').at(-1)}</p>
        </div>
        <p className="figures" aria-label={numbers.join(', ')}>
          {numbers.slice(numbers.length > 5 ? -4 : 0).map((figure, index, all) => (
            <span key={index} className={index === all.length - 1 && all.length > 1 ? 'now-text' : ''}>{whole(figure)}{index < all.length - 1 && <i className="dim">→</i>}</span>
          ))}
        </p>
      </div>
      {failed && <FitErrorReader explanation={explanation} onNode={(node) => { setUi({ pickedVerdict: node, selection: { kind: 'node', name: node } }) }} />}
      <div className="sec">
        <h4 className="sec-title">{text('ran')}<span className="grow" /><span className="dim title-note">{text('left')}</span></h4>
        {narrowed?.nodeNames && <p className="small dim narrowed">{text('narrowed', { plugin: narrowed.plugin, nodes: whole(narrowed.nodeNames.length), of: whole(explanation.nodes.length) })}</p>}
        {start > boxesMax ? <Funnel explanation={explanation} steps={steps} left={numbers.at(-1) ?? start} shown={shown} now={now} /> : (
          <ol className="filters">
            {steps.map((step) => (
              <FilterRow
                key={step.plugin} step={step} start={start} left={numbers.at(-1) ?? start} now={step.plugin === now} seen={shown === 'all' || shown.has(step.plugin)}
                onPick={(node) => { setUi({ pickedVerdict: node }) }}
              />
            ))}
          </ol>
        )}
        {skipped.length > 0 && (
          <button type="button" className="skipped small dim" aria-expanded={skippedOpen} onClick={() => { setSkippedOpen(!skippedOpen) }}>
            <ChevronRight size={12} />{text('skipped', { count: skipped.length })}
          </button>
        )}
        {skippedOpen && <p className="skipped-names small">{skipped.map((filter) => filter.plugin).join(' · ')}</p>}
      </div>
      {explained && (
        <div className="sec">
          <h4 className="sec-title">{text('why', { node: explained.verdict.node })}<span className="grow" /><span className="dim title-note">{explained.step.plugin}</span></h4>
          <VerdictNumbers plugin={explained.step.plugin} verdict={explained.verdict} explanation={explanation} />
        </div>
      )}
      <div className="sec phase-foot">
        {byNode && <NodeByNode explanation={explanation} refused={refused.map(({ step, verdict }) => ({ plugin: step.plugin, verdict }))} finished={shown === 'all' || seen.length === steps.length} />}
        <p className="small dim">{text('order')} <button type="button" className="link small" onClick={() => { setByNode(!byNode) }}>{text(byNode ? 'byPlugin' : 'byNode')}</button></p>
      </div>
    </>
  )
}

function FilterRow({ step, start, left, now, seen, onPick }: { readonly step: FilterStep; readonly start: number; readonly left: number; readonly now: boolean; readonly seen: boolean; readonly onPick: (node: string) => void }): ReactNode {
  const text = useText('decision')
  return (
    <li className="filter-row" data-now={now ? '' : undefined} data-seen={seen ? '' : undefined}>
      <div className="row filter-words">
        <span className="mid cut">{step.plugin}</span>
        {seen && step.refused.slice(0, chipsMax).map((verdict) => (
          <button key={verdict.node} type="button" className="chip chip-no chip-button" title={plain(sayRefusal(verdict))} onClick={() => { onPick(verdict.node) }}><CrossMark size={8} />{verdict.node}</button>
        ))}
        {seen && step.refused.length > chipsMax && <span className="chip chip-no">+{step.refused.length - chipsMax}</span>}
        <span className="grow" />
        <span className="filter-left">{seen ? whole(step.after) : <span className="visually-hidden">{text('pending')}</span>}</span>
      </div>
      <div className="filter-boxes" aria-hidden="true">
        {Array.from({ length: start }, (_, index) => <i key={index} data-is={index < (seen ? step.after : left) ? 'left' : seen && index < step.before ? 'refused' : 'gone'} />)}
      </div>
    </li>
  )
}

/** Large clusters: the stream as lengths, beginning with the nodes that were looked at at all. */
function Funnel({ explanation, steps, left, shown, now }: { readonly explanation: Explanation; readonly steps: readonly FilterStep[]; readonly left: number; readonly shown: ReadonlySet<string> | 'all'; readonly now: string | undefined }): ReactNode {
  const text = useText('decision')
  const all = explanation.cycle.nodesTotal || explanation.nodes.length
  const bar = (passed: number, refused: number): ReactNode => (
    <span className="funnel-bar"><i style={{ width: `${(passed / all) * 100}%` }} /><i className="funnel-refused" style={{ width: `${(refused / all) * 100}%` }} /></span>
  )
  return (
    <>
      <dl className="funnel">
        <div><dt>{text('large.all')}</dt><dd>{bar(all, 0)}<b>{whole(all)}</b></dd></div>
        <div><dt>{text('large.visited')}</dt><dd><span className="funnel-bar funnel-visited"><i style={{ width: `${(explanation.visited / all) * 100}%` }} /></span><b>{whole(explanation.visited)}</b></dd></div>
        {steps.filter((step) => step.plugin === now || (shown === 'all' || shown.has(step.plugin) ? step.refused.length > 0 : false)).map((step) => {
          const seen = shown === 'all' || shown.has(step.plugin)
          return <div key={step.plugin} data-now={step.plugin === now ? '' : undefined} data-seen={seen ? '' : undefined}><dt className="cut">{step.plugin}</dt><dd>{bar(seen ? step.after : left, seen ? step.refused.length : 0)}<b>{seen ? whole(step.after) : ''}</b></dd></div>
        })}
      </dl>
      {explanation.visited < explanation.nodes.length && <p className="small dim">{text('large.sample', { nodes: whole(explanation.nodes.length), wanted: whole(explanation.feasible.length), start: whole(explanation.startIndex) })}</p>}
    </>
  )
}

/** The same decision as the scheduler makes it: a node at a time, in visit order. */
function NodeByNode({ explanation, refused, finished }: { readonly explanation: Explanation; readonly refused: readonly { readonly plugin: string; readonly verdict: FilterVerdict }[]; readonly finished: boolean }): ReactNode {
  const text = useText('decision')
  const byNode = new Map(refused.map((entry) => [entry.verdict.node, entry]))
  const rows = explanation.nodes.slice(0, 200)
  return (
    <table className="by-node">
      <caption className="visually-hidden">{text('byNode.caption')}</caption>
      <thead><tr><th scope="col">{text('node')}</th><th scope="col">{text('verdict')}</th></tr></thead>
      <tbody>
        {rows.map((node, index) => {
          const entry = byNode.get(node)
          return (
            <tr key={node}>
              <th scope="row">{node}</th>
              <td>{index >= explanation.visited ? <span className="dim">{text('notVisited')}</span>
                : entry ? <span className="no-text row by-node-cell"><CrossMark size={9} />{entry.plugin}<span className="dim">{rich(sayRefusalShort(entry.verdict))}</span></span>
                  : finished ? <span className="ok-text row by-node-cell"><TickMark size={11} />{text('passes')}</span> : <span className="dim">{text('pending')}</span>}
              </td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}
