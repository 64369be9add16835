import { Fragment, type ReactNode } from 'react'
import type { Explanation, Fact, FilterVerdict } from '../../api'
import { bytes, Chip, cores, CrossMark, TickMark, useText, whole } from '../kit'
import { FactSentences } from './FactSentences'

const number = (fact: Fact, name: string): number => Number(fact.values[name] ?? Number.NaN)
const string = (fact: Fact, name: string): string => String(fact.values[name] ?? '')

/** Why a plugin refused one node: the numbers behind the verdict, drawn where they are lengths, written where they are words. */
export function VerdictNumbers({ plugin, verdict, explanation }: { readonly plugin: string; readonly verdict: FilterVerdict; readonly explanation: Explanation }): ReactNode {
  const { facts } = verdict
  const skew = facts.find((fact) => fact.id === 'spread.skew' && fact.values['fits'] !== true)
  if (skew) return <SkewNumbers fact={skew} plugin={plugin} explanation={explanation} />
  const fits = facts.filter((fact) => fact.id === 'fit.insufficient' || fact.id === 'fit.sufficient')
  if (fits.length > 0) return <FitNumbers facts={fits} />
  const taints = facts.filter((fact) => fact.id === 'taint.untolerated' || fact.id === 'taint.tolerated')
  if (taints.length > 0) return <TaintNumbers facts={taints} />
  const labels = facts.filter((fact) => fact.id === 'affinity.mismatch' || fact.id === 'affinity.match')
  if (labels.length > 0) return <AffinityNumbers facts={labels} />
  return <><p className="verbatim mono small">{verdict.reasons.join('\n')}</p><FactSentences facts={facts} /></>
}

function said(resource: string, value: number): string {
  return resource === 'cpu' ? cores(value) : resource === 'memory' || resource === 'ephemeral-storage' ? bytes(value) : whole(value)
}

function FitNumbers({ facts }: { readonly facts: readonly Fact[] }): ReactNode {
  const text = useText('decision')
  const shown = facts.filter((fact) => fact.id === 'fit.insufficient' || string(fact, 'resource') !== 'pods')
  return (
    <div className="fit">
      {shown.map((fact) => {
        const resource = string(fact, 'resource')
        const [requested, used, allocatable] = [number(fact, 'requested'), number(fact, 'used'), number(fact, 'allocatable')]
        const short = used + requested - allocatable
        const scale = 100 / Math.max(allocatable, used + requested, 1)
        return (
          <div key={resource} className="fit-row">
            <div className="row"><span className="mid">{resource}</span><span className="grow" />{short > 0 ? <b className="no-text">{said(resource, short)} {text('short')}</b> : <span className="ok-text"><TickMark size={12} /></span>}</div>
            <div className="fit-bar" style={{ width: `${allocatable * scale}%` }}><span className="fit-used" style={{ width: `${(Math.min(used, allocatable) / Math.max(1, allocatable)) * 100}%` }} /></div>
            <div className="fit-asked" style={{ left: `${used * scale}%`, width: `${requested * scale}%` }} data-over={short > 0 ? '' : undefined} />
            <p className="mono fit-sum">
              {said(resource, used)} <span className="dim">{text('there')}</span> + {said(resource, requested)} <span className="dim">{text('thisPod')}</span> = <b className={short > 0 ? 'no-text' : ''}>{said(resource, used + requested)}</b> <span className="dim">{short > 0 ? '>' : '≤'}</span> {said(resource, allocatable)}
            </p>
            {fact.values['hopeless'] === true && <p className="small dim">{text('hopeless')}</p>}
          </div>
        )
      })}
    </div>
  )
}

function SkewNumbers({ fact, plugin, explanation }: { readonly fact: Fact; readonly plugin: string; readonly explanation: Explanation }): ReactNode {
  const text = useText('decision')
  const key = string(fact, 'topologyKey')
  const [matching, self, min, skew, maxSkew] = ['matching', 'self', 'min', 'skew', 'maxSkew'].map((name) => number(fact, name)) as [number, number, number, number, number]
  // The domains as the other nodes' verdicts tell them.
  const domains = new Map<string, number>()
  for (const verdict of explanation.filters.find((filter) => filter.plugin === plugin)?.verdicts ?? []) {
    for (const other of verdict.facts) if (other.id === 'spread.skew' && string(other, 'topologyKey') === key) domains.set(string(other, 'domain'), number(other, 'matching'))
  }
  const rows = [...domains].sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, 12)
  return (
    <>
      <p className="mono small dim-2 numbers-head">topologyKey: {key}<br />whenUnsatisfiable: DoNotSchedule · maxSkew: {maxSkew}</p>
      <div className="skew">
        {rows.map(([domain, count]) => {
          const here = domain === string(fact, 'domain')
          return (
            <Fragment key={domain}>
              <span className={here ? 'strong cut' : 'cut'}>{domain}</span>
              <span className="skew-pips">
                {count <= 8 ? Array.from({ length: count }, (_, index) => <i key={index} className="pl pl-spread" />) : <i className="pl pl-spread skew-many" style={{ width: `${Math.min(160, count * 8)}px` }} />}
                {here && <i className="skew-new" />}
              </span>
              <span className="skew-count">{here ? <b className="no-text">{count} + {self}</b> : <>{count} {count === min && <span className="dim">{text('min')}</span>}</>}</span>
            </Fragment>
          )
        })}
      </div>
      <p className="mono numbers-box">{text('skew.formula')}<br /><span className="dim">{'     = '}</span>{matching} + {self} − {min} <span className="dim">=</span> <b className="no-text">{skew}</b> <span className="dim">&gt;</span> {maxSkew}</p>
    </>
  )
}

function TaintNumbers({ facts }: { readonly facts: readonly Fact[] }): ReactNode {
  const text = useText('decision')
  return (
    <dl className="kv">
      {facts.map((fact, index) => (
        <Fragment key={index}>
          <dt>{text('taint.has')}</dt>
          <dd><Chip look={fact.id === 'taint.untolerated' ? 'no' : 'taint'}>{fact.id === 'taint.untolerated' && <CrossMark size={9} />}{string(fact, 'key')}{string(fact, 'value') === '' ? '' : `=${string(fact, 'value')}`}:{string(fact, 'effect')}</Chip></dd>
        </Fragment>
      ))}
    </dl>
  )
}

function AffinityNumbers({ facts }: { readonly facts: readonly Fact[] }): ReactNode {
  const text = useText('decision')
  return (
    <dl className="kv">
      {facts.map((fact, index) => (
        <Fragment key={index}>
          <dt>{text('affinity.wants')}</dt>
          <dd className="mono">{string(fact, 'expression')}</dd>
          <dt>{text('affinity.is')}</dt>
          <dd className={fact.id === 'affinity.mismatch' ? 'no-text' : 'ok-text'}>{fact.values['present'] === false ? text('absent') : <span className="mono">{string(fact, 'key')}={string(fact, 'value')}</span>}</dd>
        </Fragment>
      ))}
    </dl>
  )
}
