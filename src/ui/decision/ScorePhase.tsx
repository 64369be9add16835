import { Fragment, lazy, Suspense, useMemo, type ReactNode } from 'react'
import type { Explanation, ScoreExplanation } from '../../api'
import type { DecisionView } from '../../protocol'
import { inPluginOrder, pluginStyle, rich, useText, whole } from '../kit'
import { useSetUi, useUi } from '../store'
import { deciders, histogram, isSame, podKeyOf, ranking, shownPlugins } from './analysis'

// Wanted when a cell is picked.
const FormulaCard = lazy(() => import('./Formula').then((file) => ({ default: file.FormulaCard })))

/** Columns of the matrix: the best of the ranking, and the picked node besides. */
const columnsMax = 4
/** From here on totals are a histogram. */
const manyNodes = 12

export function ScorePhase({ explanation, decision }: { readonly explanation: Explanation; readonly decision: DecisionView | undefined }): ReactNode {
  const text = useText('decision')
  const setUi = useSetUi()
  const pickedCell = useUi((ui) => ui.pickedCell)
  const selectedNode = useUi((ui) => (ui.selection?.kind === 'node' ? ui.selection.name : undefined))
  const { shown, now } = shownPlugins(decision, 'score')
  const phase = decision?.beats[decision.beat]?.phase
  const totalsKnown = decision === undefined || phase !== 'score' || shown === 'all'
  const winnerKnown = decision === undefined || phase === 'select' || phase === 'reserve' || phase === 'bind'
  const ranked = useMemo(() => ranking(explanation), [explanation])
  const winner = explanation.winner
  const ran = useMemo(() => inPluginOrder(explanation.scores.filter((score) => !score.skipped && score.cells.length > 0), (score) => score.plugin), [explanation])
  const seen = (plugin: string): boolean => shown === 'all' || shown.has(plugin)
  // The ranking would give the winner away before it is shown: until then the columns stand in the nodes' own order.
  const columns = useMemo(() => {
    const top = ranked.slice(0, columnsMax).map((entry) => entry.node)
    const extra = [pickedCell?.node, selectedNode].find((node) => node !== undefined && !top.includes(node) && ranked.some((entry) => entry.node === node))
    const chosen = extra === undefined ? top : [...top.slice(0, columnsMax - 1), extra]
    return [...chosen].sort((a, b) => (a < b ? -1 : 1))
  }, [ranked, pickedCell?.node, selectedNode])
  // Equal on all nodes is folded to a line each; zero on all, to one line together.
  const equal = ran.filter((score) => seen(score.plugin) && isSame(score))
  const nothing = equal.filter((score) => score.cells[0]?.weighted === 0 && score.plugin !== now)
  const same = equal.filter((score) => !nothing.includes(score))
  const parting = ran.filter((score) => !equal.includes(score))
  const totals = new Map(explanation.totals.map((entry) => [entry.node, entry.total]))
  const second = ranked[1]
  const lead = (ranked[0]?.total ?? 0) - (second?.total ?? 0)
  const deciding = useMemo(() => deciders(explanation), [explanation])
  const card = pickedCell && ran.find((score) => score.plugin === pickedCell.plugin && seen(score.plugin))
  const cell = card?.cells.find((one) => one.node === pickedCell?.node)
  const shortNames = shortened(columns)
  return (
    <>
      <div className="sec phase-head">
        <span className="phase-bar" aria-hidden="true" />
        <div className="grow">
          <h3>{text('score')} <span className="dim mid">{text('score.classic')}</span></h3>
          <p className="small dim mono cut">{podKeyOf(explanation.cycle).split('/').at(-1)}</p>
        </div>
        <div className="phase-result">
          {winnerKnown && winner !== undefined
            ? (
              <>
                <b className="now-text cut">{winner}</b>
                <p className="small dim">{!explanation.scoringRan ? text('only') : explanation.ties.length > 1 ? text('tied', { count: explanation.ties.length }) : text('by', { lead: whole(lead) })}</p>
              </>
            )
            : <p className="small dim">{text('progress', { done: ran.filter((score) => seen(score.plugin)).length, of: ran.length })}</p>}
        </div>
      </div>
      {ran.length > 0 && (
        <div className="sec matrix-sec">
          <table className={columns.length > 3 ? 'matrix matrix-many' : 'matrix'}>
            <caption className="visually-hidden">{text('matrix.caption', { pod: podKeyOf(explanation.cycle) })}</caption>
            <thead>
              <tr>
                <th scope="col" className="matrix-corner">{text('matrix')}</th>
                {columns.map((node) => <th key={node} scope="col" className={winnerKnown && node === winner ? 'is-winner' : ''} title={node} aria-label={node}>{shortNames.get(node)}</th>)}
              </tr>
            </thead>
            <tbody>
              {parting.map((score) => (
                <MatrixRow key={score.plugin} score={score} columns={columns} seen={seen(score.plugin)} now={score.plugin === now} winner={winnerKnown ? winner : undefined} />
              ))}
              {nothing.length > 0 && (
                <tr className="matrix-same">
                  <th scope="row" className="dim">{nothing.map((score) => score.plugin).join(', ')}</th>
                  <td colSpan={columns.length}>{rich(text('nothingOnAll'))}</td>
                </tr>
              )}
              {same.map((score) => <SameRow key={score.plugin} score={score} span={columns.length} now={score.plugin === now} />)}
              <tr className="matrix-total">
                <th scope="row">{text('total')}</th>
                {columns.map((node) => <td key={node} className={winnerKnown && node === winner ? 'is-winner' : ''}>{totalsKnown ? <b className={winnerKnown && node === winner ? 'now-text' : ''}>{totals.get(node)}</b> : null}</td>)}
              </tr>
            </tbody>
          </table>
          {ranked.length > columns.length && totalsKnown && ranked.length <= manyNodes && <p className="small dim matrix-more">{text('moreNodes', { count: ranked.length - columns.length, total: ranked.at(-1)?.total ?? 0 })}</p>}
        </div>
      )}
      {ranked.length > manyNodes && totalsKnown && <Totals explanation={explanation} />}
      {card && cell && <div className="sec formula-sec"><Suspense fallback={null}><FormulaCard score={card} cell={cell} onClose={() => { setUi({ pickedCell: undefined }) }} /></Suspense></div>}
      {ran.length > 0 && !card && <p className="sec small dim pick-hint">{text('pickCell')}</p>}
      {winnerKnown && winner !== undefined && explanation.scoringRan && (
        <div className="sec">
          <h4 className="sec-title">{text('decided')}</h4>
          {explanation.ties.length > 1 && <p className="small dim">{text('lead.tieNote')}</p>}
          {deciding.length === 0 ? <p>{rich(text('nobody', { node: winner }))}</p> : (
            <ul className="deciders">
              {deciding.map((one) => (
                <li key={one.plugin}><span>{rich(text('without', { plugin: one.plugin }))}</span><b className="cut">{one.node}</b><span className="dim">{text('over', { a: whole(one.total), b: whole(one.winnerTotal) })}</span></li>
              ))}
            </ul>
          )}
        </div>
      )}
    </>
  )
}

function PluginName({ plugin, dim = false }: { readonly plugin: string; readonly dim?: boolean }): ReactNode {
  const style = pluginStyle(plugin)
  return <span className={`row plugin-name${dim ? ' dim' : ''}`}><span className={`swatch ${style.className}`} aria-hidden="true" /><span className="cut" title={plugin}>{plugin.split(/(?<=[a-z])(?=[A-Z])/).map((part, index) => <Fragment key={index}>{index > 0 && <wbr />}{part}</Fragment>)}</span></span>
}

function MatrixRow({ score, columns, seen, now, winner }: { readonly score: ScoreExplanation; readonly columns: readonly string[]; readonly seen: boolean; readonly now: boolean; readonly winner: string | undefined }): ReactNode {
  const text = useText('decision')
  const setUi = useSetUi()
  const picked = useUi((ui) => (ui.pickedCell?.plugin === score.plugin ? ui.pickedCell.node : undefined))
  return (
    <tr data-now={now ? '' : undefined}>
      <th scope="row"><PluginName plugin={score.plugin} dim={!seen} /></th>
      {columns.map((node) => {
        const cell = score.cells.find((one) => one.node === node)
        const name = cell ? text('cellName', { plugin: score.plugin, node, weighted: cell.weighted, raw: cell.raw, norm: cell.normalized, weight: score.weight }) : ''
        return (
          <td key={node} className={node === winner ? 'is-winner' : ''}>
            {seen && cell && (
              <button type="button" className="matrix-cell" aria-label={name} aria-pressed={picked === node} onClick={() => { setUi({ pickedCell: picked === node ? undefined : { plugin: score.plugin, node } }) }}>
                <b className={cell.weighted === 0 ? 'dim' : ''}>{cell.weighted}</b>
                <span>{cell.raw === cell.normalized ? '' : `${cell.raw}→`}{cell.normalized} ×{score.weight}</span>
              </button>
            )}
          </td>
        )
      })}
    </tr>
  )
}

/** What is equal on all nodes parts nobody: one quiet line. */
function SameRow({ score, span, now }: { readonly score: ScoreExplanation; readonly span: number; readonly now: boolean }): ReactNode {
  const text = useText('decision')
  const [cell] = score.cells
  if (!cell) return null
  const sameRaw = score.cells.every((one) => one.raw === cell.raw)
  return (
    <tr className="matrix-same" data-now={now ? '' : undefined}>
      <th scope="row"><PluginName plugin={score.plugin} /></th>
      <td colSpan={span}>{rich(text(sameRaw && cell.raw !== cell.normalized ? 'onAll' : 'onAllSame', { raw: cell.raw, norm: cell.normalized, weight: score.weight, weighted: cell.weighted }))}</td>
    </tr>
  )
}

function Totals({ explanation }: { readonly explanation: Explanation }): ReactNode {
  const text = useText('decision')
  const setUi = useSetUi()
  const totals = explanation.totals.map((entry) => entry.total)
  const { from, to, counts } = histogram(totals, 24)
  const most = counts.reduce((a, b) => Math.max(a, b), 1)
  const top = totals.filter((total) => total === to).length
  const best = ranking(explanation).slice(0, 5)
  return (
    <>
      <div className="sec">
        <h4 className="sec-title">{text('large.scores', { count: whole(totals.length) })}</h4>
        <div className="histogram" role="img" aria-label={text('large.histogram', { count: totals.length, from, to, top })}>
          {counts.map((count, index) => <i key={index} style={{ height: `${count === 0 ? 0 : Math.max(3, (count / most) * 100)}%`, background: `var(--seq-${Math.min(6, 1 + Math.floor((index / counts.length) * 6))})` }} />)}
        </div>
        <p className="row small"><span className="dim grow">{whole(from)}</span><b className="now-text">{text('large.top', { total: whole(to), count: top })}</b></p>
      </div>
      <div className="sec">
        <h4 className="sec-title">{text('large.best')}</h4>
        <ol className="best">
          {best.map((entry) => <li key={entry.node}><button type="button" className="link" onClick={() => { setUi({ selection: { kind: 'node', name: entry.node } }) }}>{entry.node}</button><b className={entry.node === explanation.winner ? 'now-text' : ''}>{whole(entry.total)}</b></li>)}
        </ol>
      </div>
    </>
  )
}

/** Names that differ only in their ends are told apart by these: "openb-node-0454" and "openb-node-0943" are "…0454" and "…0943". */
function shortened(names: readonly string[]): ReadonlyMap<string, string> {
  let shared = names[0] ?? ''
  for (const name of names) while (!name.startsWith(shared)) shared = shared.slice(0, -1)
  const cut = shared.search(/[^-.]*$/)
  const long = names.some((name) => name.length > 9)
  return new Map(names.map((name) => [name, long && names.length > 1 && cut > 3 ? `…${name.slice(cut)}` : name]))
}
