import { useEffect, useMemo, useRef, type ReactNode } from 'react'
import type { ImportFile, ImportProblem, ImportReport } from '../../protocol'
import { Button, Check, Chip, CrossMark, Dialog, percent, ProgressBar, useText, whole } from '../kit'
import { HostError, useSession, useSetUi, useView } from '../store'

export type ImportState =
  | { readonly is: 'given'; readonly files: readonly ImportFile[] }
  | { readonly is: 'reading'; readonly files: readonly ImportFile[]; readonly into: 'new' | 'current' }
  | { readonly is: 'done'; readonly files: readonly ImportFile[]; readonly into: 'new' | 'current'; readonly report: ImportReport }
  | { readonly is: 'failed'; readonly files: readonly ImportFile[]; readonly message: string }

const problemsMax = 200
/** Only the beginning of a file is looked at to tell a dump from a manifest. */
const headLength = 500_000
/** A Node, in YAML at the start of a line or behind a dash, in JSON behind a brace or a comma. */
const nodeKind = /(?:^|\n)[ \t-]*["']?kind["']?[ \t]*:[ \t]*["']?Node(?:List)?["']?[ \t]*(?:,|#|\r|\n|$)|[{,]\s*"kind"\s*:\s*"Node(?:List)?"/
/** What only a server writes: people give objects no uid. */
const serverUid = /["']?\buid["']?\s*:\s*["']?[0-9a-f]{8}-[0-9a-f]{4}-/i
const serverTime = /["']?\b(?:resourceVersion|creationTimestamp)["']?\s*:/

/** Where the files belong: a dump of a cluster (Nodes, or objects that a server has numbered) stands by itself, manifests are applied. */
export function placeFor(files: readonly ImportFile[]): 'new' | 'current' {
  return files.some((file) => {
    if (file.name.endsWith('.csv')) return true
    const head = file.text.slice(0, headLength)
    return nodeKind.test(head) || (serverUid.test(head) && serverTime.test(head))
  }) ? 'new' : 'current'
}

export function ImportDialog({ state, onState }: { readonly state: ImportState; readonly onState: (state: ImportState | undefined) => void }): ReactNode {
  const text = useText('importing')
  const session = useSession()
  const progress = useView((view) => (view.progress?.what === 'import' ? view.progress : undefined))
  const files = state.files
  const latest = useRef(state)
  useEffect(() => { latest.current = state })
  useEffect(() => {
    if (state.is !== 'given') return
    const into = placeFor(state.files)
    onState({ is: 'reading', files: state.files, into })
    session.call('import', { files: state.files, into }).then(
      (report) => {
        if (into === 'new' && report.stored > 0) session.ui.setState({ selection: undefined, openCycle: undefined, pickedCell: undefined, view: 'map' })
        onState({ is: 'done', files: state.files, into, report })
      },
      (error: unknown) => { onState({ is: 'failed', files: state.files, message: error instanceof HostError ? error.status?.message ?? error.message : String(error) }) },
    )
  }, [session, state, onState])
  const close = (): void => { onState(undefined) }
  const names = files.length === 1 ? files[0]?.name ?? '' : text('files', { count: files.length })
  return (
    <Dialog
      open onClose={() => { if (latest.current.is !== 'reading') close() }} closeName={text('close')} width={860} className="import"
      title={names} note={state.is === 'done' ? <Chip look="ok"><Check size={11} />{text('stays')}</Chip> : text('drop.note')}
    >
      {(state.is === 'given' || state.is === 'reading') && (
        <div className="import-reading">
          <p className="row"><b className="grow">{text('reading', { files: names })}</b>{progress && <span className="dim">{percent(progress.done, progress.of)}</span>}</p>
          <ProgressBar label={text('reading', { files: names })} {...(progress ? { part: progress.done / Math.max(1, progress.of) } : {})} />
        </div>
      )}
      {state.is === 'failed' && <div className="import-failed"><p className="no-text row import-problem-head"><CrossMark />{text('failed')}</p><p className="mono small">{state.message}</p><p className="dim">{text('nothing')}</p></div>}
      {state.is === 'done' && <Report report={state.report} into={state.into} onClose={close} />}
    </Dialog>
  )
}

function Report({ report, into, onClose }: { readonly report: ImportReport; readonly into: 'new' | 'current'; readonly onClose: () => void }): ReactNode {
  const text = useText('importing')
  const setUi = useSetUi()
  const used = report.kinds.filter((kind) => kind.used).reduce((sum, kind) => sum + kind.stored, 0)
  const left = Math.max(0, report.read - report.stored)
  const errors = useMemo(() => [...report.problems].sort((a, b) => Number(a.kind === 'note') - Number(b.kind === 'note')), [report])
  return (
    <>
      <div className="import-sums">
        <p className="import-total"><b>{whole(report.read)}</b><span>{text('read')}</span></p>
        <dl className="import-parts">
          <Part part={used} of={report.read} look="used" label={text('used')} />
          <Part part={report.stored - used} of={report.read} look="shown" label={text('shown')} />
          <Part part={left} of={report.read} look="left" label={text('left')} />
        </dl>
      </div>
      {report.stored === 0 && <p className="dim import-nothing">{text('nothing')}</p>}
      {report.kinds.length > 0 && (
        <table className="list import-kinds">
          <thead><tr><th scope="col">{text('kind')}</th><th scope="col" className="num">{text('found')}</th><th scope="col" className="num">{text('kept')}</th><th scope="col" className="num">{text('leftOut')}</th><th scope="col">{text('role')}</th></tr></thead>
          <tbody>
            {report.kinds.map((kind) => (
              <tr key={kind.kind}><td>{kind.kind}</td><td className="num">{whole(kind.read)}</td><td className="num">{whole(kind.stored)}</td><td className={`num ${kind.read > kind.stored ? 'no-text' : 'dim'}`}>{kind.read === kind.stored ? '·' : whole(kind.read - kind.stored)}</td><td className={kind.used ? '' : 'dim'}>{text(kind.used ? 'yes' : 'no')}</td></tr>
            ))}
          </tbody>
        </table>
      )}
      {errors.length > 0 && (
        <section className="import-problems">
          <h3 className="import-problem-head row"><span className="no-text"><CrossMark /></span>{text('problems', { count: errors.length })}</h3>
          <ol>{errors.slice(0, problemsMax).map((problem, index) => <Problem key={index} problem={problem} />)}</ol>
          {errors.length > problemsMax && <p className="dim small">{text('more', { count: errors.length - problemsMax })}</p>}
        </section>
      )}
      {into === 'new' && report.stored > 0 && (
        <section className="import-cannot"><h3>{text('cannot')}</h3><ul><li>{text('cannot.config')}</li><li>{text('cannot.history')}</li><li>{text('cannot.images')}</li></ul></section>
      )}
      <div className="row import-acts"><Button look="primary" onClick={() => { if (report.stored > 0) setUi({ view: 'map' }); onClose() }}>{text(report.stored > 0 ? 'open' : 'close')}</Button></div>
    </>
  )
}

function Part({ part, of, look, label }: { readonly part: number; readonly of: number; readonly look: string; readonly label: string }): ReactNode {
  return <div><dt>{label}</dt><dd><span className={`import-bar import-${look}`} style={{ width: `${of === 0 ? 0 : Math.max(part > 0 ? 1 : 0, (part / of) * 100)}%` }} /><b className={look === 'left' && part > 0 ? 'no-text' : ''}>{whole(part)}</b></dd></div>
}

function Problem({ problem }: { readonly problem: ImportProblem }): ReactNode {
  const text = useText('importing')
  return (
    <li data-kind={problem.kind}>
      <span className="mono small import-where">{problem.file}{problem.line === undefined ? '' : `:${problem.line}`}{problem.column === undefined ? '' : `:${problem.column}`}{problem.field ? ` ${problem.field}` : ''}{problem.what ? ` (${problem.what})` : ''}</span>
      <span className={problem.kind === 'error' ? 'no-text' : problem.kind === 'left-out' ? '' : 'dim'}>{problem.message}</span>
      {problem.line !== undefined && <span className="visually-hidden">{text('line', { line: problem.line })}</span>}
    </li>
  )
}
