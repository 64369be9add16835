import { useMemo, type ReactNode } from 'react'
import { Chip, useText } from '../kit'
import { useSession, useSetUi, useView } from '../store'
import { Actions } from './Actions'
import { Graph } from './Graph'
import { LimitStrip } from './LimitStrip'
import { nowOf } from './now'
import { Picker } from './Picker'
import { readerOf, useWorkloads } from './store'
import './workloads.css'

/** One workload at a time: its limits, who owns what, and what can be done to it. */
export function WorkloadsView(): ReactNode {
  const text = useText('workloads')
  const session = useSession()
  const setUi = useSetUi()
  const list = useWorkloads((state) => state.list)
  const picked = useWorkloads((state) => state.picked)
  const view = useWorkloads((state) => state.view)
  const fact = useView((each) => each.fact)
  const now = useMemo(() => (view === undefined || view === 'none' ? [] : nowOf(view, fact)), [view, fact])
  const nowSet = useMemo(() => new Set(now), [now])
  const onPod = (key: string): void => { setUi({ selection: { kind: 'pod', name: key } }) }
  return (
    <div className="wl" data-testid="workloads">
      <div className="wl-bar">
        {list && (
          <Picker
            list={list} picked={picked} onPick={(row) => {
              readerOf(session).pick(row)
              setUi({ selection: { kind: row.kind === 'Pod' ? 'pod' : 'workload', name: `${row.namespace}/${row.name}` } })
            }}
          />
        )}
        {view !== undefined && view !== 'none' && (
          <>
            <Chip look={view.state === 'stuck' || view.state === 'failed' ? 'no' : view.state === 'settled' || view.state === 'complete' ? 'ok' : 'plain'}>{text(view.deleting ? 'deleting' : `state.${view.state}`)}</Chip>
            <span className="grow" />
            <Actions view={view} />
          </>
        )}
      </div>
      {view === 'none' && <p className="wl-nothing">{picked === undefined ? text('none') : text('gone', { kind: picked.kind, name: `${picked.namespace}/${picked.name}` })}</p>}
      {view !== undefined && view !== 'none' && (
        <>
          <LimitStrip view={view} now={nowSet} onPod={onPod} />
          <Graph key={`${view.kind} ${view.namespace}/${view.name}`} view={view} now={now} onPod={onPod} />
        </>
      )}
    </div>
  )
}
