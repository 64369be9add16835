import { useEffect, useMemo, useState, type ReactNode } from 'react'
import { Area, AreaChart, CartesianGrid, Line, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis, ComposedChart } from 'recharts'
import type { SeriesPoint } from '../../protocol'
import { Button, clock, cores, decimal, defineCatalogue, gibibytes, percent, Table2, tickTime, useText, whole } from '../kit'
import { useSession, useView } from '../store'
import './metrics.css'

defineCatalogue('metrics', {
  en: {
    'cpu': 'CPU', 'memory': 'Memory', 'pods': 'Pods', 'requested': 'Requested', 'allocatable': 'Allocatable', 'running': 'Running', 'pending': 'Pending', 'time': 'Time', 'table': 'Show as a table', 'chart': 'Show as a chart',
    'cpu.summary': '{{requested}} of {{allocatable}} cores requested now ({{percent}}); at most {{most}} so far.', 'memory.summary': '{{requested}} of {{allocatable}} Gi requested now ({{percent}}); at most {{most}} so far.', 'pods.summary': '{{running}} Pods run now and {{pending}} wait; at most {{most}} waited.',
    'none': 'Nothing has happened yet: there is no history to draw.', 'cores': 'cores',
  },
  zh: {
    'cpu': 'CPU', 'memory': '内存', 'pods': 'Pod', 'requested': '请求', 'allocatable': '可分配量', 'running': '运行中', 'pending': '等待中', 'time': '时间', 'table': '显示为表格', 'chart': '显示为图表',
    'cpu.summary': '现在请求了 {{allocatable}} 核中的 {{requested}} 核（{{percent}}），迄今最多 {{most}} 核。', 'memory.summary': '现在请求了 {{allocatable}} Gi 中的 {{requested}} Gi（{{percent}}），迄今最多 {{most}} Gi。', 'pods.summary': '现在有 {{running}} 个 Pod 在运行、{{pending}} 个在等待，最多时有 {{most}} 个在等待。',
    'none': '还没有发生任何事，没有历史可画。', 'cores': '核',
  },
})

const points = 240
const gi = 1024 ** 3

interface Row { readonly at: number; readonly cpu: number; readonly cpuAll: number; readonly memory: number; readonly memoryAll: number; readonly running: number; readonly pending: number }

export function MetricsPanel(): ReactNode {
  const text = useText('metrics')
  const session = useSession()
  const revision = useView((view) => view.lastRevision)
  const now = useView((view) => view.now)
  const running = useView((view) => view.running)
  const [series, setSeries] = useState<readonly SeriesPoint[]>()
  const [asTable, setAsTable] = useState(false)
  useEffect(() => {
    let current = true
    const timer = setTimeout(() => {
      session.call('series', { points }).then((found) => { if (current) setSeries(found) }, () => undefined)
    }, running ? 400 : 30)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [session, revision, running])
  useEffect(() => {
    const down = (event: KeyboardEvent): void => {
      if (event.key !== 't' || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || (event.target instanceof HTMLElement && event.target.closest('input, textarea, [role="dialog"], .monaco-editor'))) return
      event.preventDefault()
      setAsTable((table) => !table)
    }
    addEventListener('keydown', down)
    return () => { removeEventListener('keydown', down) }
  }, [])
  const rows = useMemo(() => (series ?? []).map((point): Row => ({
    at: point.at, cpu: point.cpuMilliRequested / 1000, cpuAll: point.cpuMilliAllocatable / 1000, memory: point.memoryBytesRequested / gi, memoryAll: point.memoryBytesAllocatable / gi, running: point.podsRunning, pending: point.podsPending,
  })), [series])
  if (series === undefined) return null
  const here = rows.findLast((row) => row.at <= now) ?? rows[0]
  if (!here) return <p className="sec dim">{text('none')}</p>
  const most = (name: keyof Row): number => rows.reduce((top, row) => Math.max(top, row[name]), 0)
  const summaries = {
    cpu: text('cpu.summary', { requested: cores(here.cpu * 1000), allocatable: cores(here.cpuAll * 1000), percent: percent(here.cpu, here.cpuAll), most: cores(most('cpu') * 1000) }),
    memory: text('memory.summary', { requested: gibibytes(here.memory * gi), allocatable: gibibytes(here.memoryAll * gi), percent: percent(here.memory, here.memoryAll), most: gibibytes(most('memory') * gi) }),
    pods: text('pods.summary', { running: whole(here.running), pending: whole(here.pending), most: whole(most('pending')) }),
  }
  return (
    <div className="metrics">
      <div className="metrics-head"><Button size="small" look="quiet" aria-keyshortcuts="t" onClick={() => { setAsTable(!asTable) }}><Table2 size={13} />{text(asTable ? 'chart' : 'table')}</Button></div>
      {asTable ? <SeriesTable rows={rows} /> : (
        <>
          <Capacity title={text('cpu')} summary={summaries.cpu} rows={rows} part="cpu" whole="cpuAll" now={now} unit={text('cores')} />
          <Capacity title={text('memory')} summary={summaries.memory} rows={rows} part="memory" whole="memoryAll" now={now} unit="Gi" />
          <Pods title={text('pods')} summary={summaries.pods} rows={rows} now={now} />
        </>
      )}
    </div>
  )
}

const axis = { stroke: 'var(--line-2)', tick: { fill: 'var(--ink-3)', fontSize: 11 }, tickLine: false } as const
const tip = {
  contentStyle: { background: 'var(--card-2)', border: '1px solid var(--line-2)', borderRadius: 7, fontSize: 12, color: 'var(--ink-1)' },
  labelStyle: { color: 'var(--ink-3)', fontFamily: 'var(--font-mono)' }, itemStyle: { color: 'var(--ink-1)' }, isAnimationActive: false,
} as const

function Figure({ title, summary, children }: { readonly title: string; readonly summary: string; readonly children: ReactNode }): ReactNode {
  return (
    <figure className="sec">
      <figcaption><h4 className="sec-title">{title}</h4><p className="metrics-summary">{summary}</p></figcaption>
      <div className="metrics-chart" aria-hidden="true">{children}</div>
    </figure>
  )
}

/** Time is laid out with the step of its span, so that ticks do not say more than they mean. */
function useTimeTick(rows: readonly Row[]): (at: number) => string {
  const spanMs = (rows.at(-1)?.at ?? 0) - (rows[0]?.at ?? 0)
  return (at) => tickTime(at, Math.max(1, spanMs / 8))
}

function Capacity({ title, summary, rows, part, whole: all, now, unit }: { readonly title: string; readonly summary: string; readonly rows: readonly Row[]; readonly part: 'cpu' | 'memory'; readonly whole: 'cpuAll' | 'memoryAll'; readonly now: number; readonly unit: string }): ReactNode {
  const text = useText('metrics')
  const tick = useTimeTick(rows)
  return (
    <Figure title={title} summary={summary}>
      <ResponsiveContainer width="100%" height={150}>
        <ComposedChart accessibilityLayer={false} data={rows as Row[]} margin={{ top: 6, right: 6, bottom: 0, left: -14 }}>
          <CartesianGrid stroke="var(--line-1)" vertical={false} />
          <XAxis dataKey="at" type="number" domain={['dataMin', 'dataMax']} tickFormatter={tick} minTickGap={50} {...axis} />
          <YAxis width={46} domain={[0, 'auto']} {...axis} />
          <Tooltip {...tip} labelFormatter={(at) => clock(Number(at))} formatter={(value) => `${decimal(Number(value))} ${unit}`} />
          <Area name={text('requested')} dataKey={part} type="stepAfter" stroke="var(--seq-5)" fill="var(--seq-3)" fillOpacity={0.55} isAnimationActive={false} dot={false} />
          <Line name={text('allocatable')} dataKey={all} type="stepAfter" stroke="var(--ink-2)" strokeWidth={1.5} dot={false} isAnimationActive={false} />
          <ReferenceLine x={now} stroke="var(--now-edge)" strokeWidth={2} />
        </ComposedChart>
      </ResponsiveContainer>
    </Figure>
  )
}

function Pods({ title, summary, rows, now }: { readonly title: string; readonly summary: string; readonly rows: readonly Row[]; readonly now: number }): ReactNode {
  const text = useText('metrics')
  const tick = useTimeTick(rows)
  return (
    <Figure title={title} summary={summary}>
      <ResponsiveContainer width="100%" height={150}>
        <AreaChart accessibilityLayer={false} data={rows as Row[]} margin={{ top: 6, right: 6, bottom: 0, left: -14 }}>
          <CartesianGrid stroke="var(--line-1)" vertical={false} />
          <XAxis dataKey="at" type="number" domain={['dataMin', 'dataMax']} tickFormatter={tick} minTickGap={50} {...axis} />
          <YAxis width={46} allowDecimals={false} {...axis} />
          <Tooltip {...tip} labelFormatter={(at) => clock(Number(at))} />
          <Area name={text('running')} dataKey="running" stackId="pods" type="stepAfter" stroke="var(--ok)" fill="var(--ok-soft)" isAnimationActive={false} />
          <Area name={text('pending')} dataKey="pending" stackId="pods" type="stepAfter" stroke="var(--wait)" strokeDasharray="4 3" fill="transparent" isAnimationActive={false} />
          <ReferenceLine x={now} stroke="var(--now-edge)" strokeWidth={2} />
        </AreaChart>
      </ResponsiveContainer>
    </Figure>
  )
}

const tableRowsMax = 60

function SeriesTable({ rows }: { readonly rows: readonly Row[] }): ReactNode {
  const text = useText('metrics')
  const every = Math.max(1, Math.ceil(rows.length / tableRowsMax))
  const shown = rows.filter((_, index) => index % every === 0 || index === rows.length - 1)
  return (
    <table className="metrics-table">
      <thead>
        <tr><th scope="col" rowSpan={2}>{text('time')}</th><th scope="colgroup" colSpan={2}>{text('cpu')}</th><th scope="colgroup" colSpan={2}>{text('memory')}, Gi</th><th scope="colgroup" colSpan={2}>{text('pods')}</th></tr>
        <tr>{(['requested', 'allocatable', 'requested', 'allocatable', 'running', 'pending'] as const).map((name, index) => <th key={index} scope="col">{text(name)}</th>)}</tr>
      </thead>
      <tbody>
        {shown.map((row) => <tr key={row.at}><th scope="row" className="mono">{clock(row.at)}</th><td>{decimal(row.cpu)}</td><td>{decimal(row.cpuAll)}</td><td>{decimal(row.memory)}</td><td>{decimal(row.memoryAll)}</td><td>{whole(row.running)}</td><td>{whole(row.pending)}</td></tr>)}
      </tbody>
    </table>
  )
}
