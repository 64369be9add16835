import type { ReactNode } from 'react'
import type { Fact, ScoreCell, ScoreExplanation } from '../../api'
import { bytes, cpuQuantity, decimal, memoryQuantity, rich, useText, X } from '../kit'
import { FactSentences } from './FactSentences'

/** A quotient as Go leaves it: the whole part counts, what was cut off stays visible and grey. Never rounded. */
export function GoCut({ value, strong = false }: { readonly value: number; readonly strong?: boolean }): ReactNode {
  const cut = Math.trunc(value)
  const rest = Math.trunc(Math.abs(value - cut) * 10 + 1e-9)
  return <><b className={strong ? 'formula-result' : ''}>{cut}</b>{rest > 0 && <span className="dim">.{rest}</span>}</>
}

/** An amount of a resource as a formula writes it: "1500", "2Gi", "3". */
export function amount(resource: string, value: number): string {
  if (resource === 'memory' || resource === 'ephemeral-storage' || resource.startsWith('hugepages-')) return memoryShort(value)
  return String(value)
}

function memoryShort(value: number): string {
  const exact = memoryQuantity(value)
  return exact.length <= 7 ? exact : bytes(value).replace(' ', '')
}

/** The same with its unit, for prose: "1500m". */
function withUnit(resource: string, value: number): string {
  return resource === 'cpu' ? cpuQuantity(value).replace(/^(\d+)$/, (cores) => `${Number(cores) * 1000}m`) : amount(resource, value)
}

const number = (fact: Fact, name: string): number => Number(fact.values[name] ?? Number.NaN)
const string = (fact: Fact, name: string): string => String(fact.values[name] ?? '')

/** The formula of one cell with this node's numbers put in. */
export function FormulaCard({ score, cell, onClose }: { readonly score: ScoreExplanation; readonly cell: ScoreCell; readonly onClose: () => void }): ReactNode {
  const text = useText('decision')
  const known = formulaOf(cell.facts, text, score.plugin.endsWith('Priority') ? 10 : 100)
  return (
    <section className="formula" aria-label={`${score.plugin}, ${cell.node}`}>
      <header className="row formula-head">
        <span>{rich(text('formula', { plugin: score.plugin, node: cell.node }))}</span>
        {known?.variant && <span className="dim">{known.variant}</span>}
        <span className="grow" />
        <button type="button" className="icon-btn formula-close" aria-label={text('formula.close')} onClick={onClose}><X size={13} /></button>
      </header>
      {known ? <div className="formula-lines mono">{known.lines}</div> : <FactSentences facts={cell.facts} />}
      {(cell.normalized !== cell.raw || score.weight !== 1) && <div className="formula-lines mono formula-tail">
        {cell.normalized !== cell.raw && <p><span className="formula-name dim">{text('normalized')}</span>{text('normLine', { raw: cell.raw, norm: cell.normalized })}</p>}
        <p><span className="formula-name dim">{text('weighted')}</span>{cell.normalized} × {score.weight} = <b>{cell.weighted}</b></p>
      </div>}
      {known?.note !== undefined && <p className="small dim">{known.note}</p>}
    </section>
  )
}

interface Formula {
  readonly variant?: string
  readonly lines: ReactNode
  readonly note?: ReactNode
}

type Text = ReturnType<typeof useText>

/** `most`: what a score goes up to, 10 for priorities of the textbook's time. */
function formulaOf(facts: readonly Fact[], text: Text, most: number): Formula | undefined {
  const [first] = facts
  switch (first?.id) {
    case 'leastAllocated': case 'mostAllocated': case 'requestedToCapacityRatio': return resourceFormula(facts, first.id, text, most)
    case 'classic.fraction': return classicBalancedFormula(facts, text)
    case 'balanced.fraction': return balancedFormula(facts, text)
    case 'image.bytes': return imageFormula(facts, text)
    case 'affinity.preferred': return affinityFormula(facts, text)
    case 'taint.preferNoSchedule': return { lines: <p>{text('preferNoSchedule', { count: number(first, 'count') })}</p> }
    case 'spread.count': return spreadFormula(facts)
    default: return undefined
  }
}

function resourceFormula(facts: readonly Fact[], id: string, text: Text, most: number): Formula {
  const resources = facts.filter((fact) => fact.id === id && fact.values['counted'] !== false)
  const weights = resources.reduce((sum, fact) => sum + number(fact, 'weight'), 0)
  const sum = resources.reduce((total, fact) => total + number(fact, 'score') * number(fact, 'weight'), 0)
  const variant = ({ leastAllocated: 'LeastAllocated', mostAllocated: 'MostAllocated' } as Record<string, string>)[id] ?? 'RequestedToCapacityRatio'
  const plainWeights = resources.every((fact) => number(fact, 'weight') === 1)
  const noted = resources[0]
  return {
    variant,
    lines: (
      <>
        {resources.map((fact) => {
          const resource = string(fact, 'resource')
          const [allocatable, requested] = [number(fact, 'allocatable'), number(fact, 'requested')]
          const over = requested > allocatable
          const exact = over ? 0 : id === 'leastAllocated' ? ((allocatable - requested) * most) / allocatable : (requested * most) / allocatable
          return (
            <p key={resource}>
              <span className="formula-name dim">{resource}</span>
              {id === 'leastAllocated' && <>({amount(resource, allocatable)} − <u>{amount(resource, requested)}</u>) × {most} / {amount(resource, allocatable)} = </>}
              {id === 'mostAllocated' && <><u>{amount(resource, requested)}</u> × {most} / {amount(resource, allocatable)} = </>}
              {id === 'requestedToCapacityRatio' && <><u>{amount(resource, requested)}</u> / {amount(resource, allocatable)} → </>}
              {id === 'requestedToCapacityRatio' || Math.trunc(exact) !== number(fact, 'score') ? <b>{number(fact, 'score')}</b> : <GoCut value={exact} />}
            </p>
          )
        })}
        <p>
          <span className="formula-name dim">score</span>
          ({resources.map((fact) => (plainWeights ? number(fact, 'score') : `${number(fact, 'score')}×${number(fact, 'weight')}`)).join(' + ')}) / {weights} = <GoCut strong value={sum / Math.max(1, weights)} />
        </p>
      </>
    ),
    note: noted && (
      <>
        {text('sum', { requested: withUnit(string(noted, 'resource'), number(noted, 'requested')), used: withUnit(string(noted, 'resource'), number(noted, 'used')), pod: withUnit(string(noted, 'resource'), number(noted, 'podRequest')) })} {text('cuts')}
      </>
    ),
  }
}

function balancedFormula(facts: readonly Fact[], text: Text): Formula {
  const fractions = facts.filter((fact) => fact.id === 'balanced.fraction')
  const result = facts.find((fact) => fact.id === 'balanced')
  const shown = (name: string): string => fractions.map((fact) => decimal(number(fact, name), 3)).join(', ')
  const spread = (name: string): ReactNode => {
    const [a, b] = fractions.map((fact) => number(fact, name))
    return fractions.length === 2 ? <>(1 − |{decimal(a ?? 0, 3)} − {decimal(b ?? 0, 3)}| / 2) × 100</> : <>(1 − σ({shown(name)})) × 100</>
  }
  const exact = (name: string): number => {
    const values = fractions.map((fact) => number(fact, name))
    if (values.length === 2) return (1 - Math.abs(((values[0] ?? 0) - (values[1] ?? 0)) / 2)) * 100
    const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
    return (1 - Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length))) * 100
  }
  const [after, before] = [result ? number(result, 'with') : 0, result ? number(result, 'without') : 0]
  return {
    lines: (
      <>
        {fractions.map((fact) => {
          const resource = string(fact, 'resource')
          return <p key={resource}><span className="formula-name dim">{resource}</span><u>{amount(resource, number(fact, 'requested'))}</u> / {amount(resource, number(fact, 'allocatable'))} = {decimal(number(fact, 'fraction'), 3)}</p>
        })}
        <p><span className="formula-name dim">{text('balance.with')}</span>{spread('fraction')} = <GoCut value={exact('fraction')} /></p>
        <p><span className="formula-name dim">{text('balance.without')}</span>{spread('fractionBefore')} = <GoCut value={exact('fractionBefore')} /></p>
        <p><span className="formula-name dim">score</span>50 + (50 + {after} − {before}) / 2 = <GoCut strong value={50 + (50 + after - before) / 2} /></p>
      </>
    ),
    note: text('cuts'),
  }
}

/** BalancedResourceAllocation as it was: how close the two shares are. */
function classicBalancedFormula(facts: readonly Fact[], text: Text): Formula {
  const result = facts.find((fact) => fact.id === 'classic.balanced')
  const [cpu, memory, most] = ['cpu', 'memory', 'max'].map((name) => (result ? number(result, name) : 0)) as [number, number, number]
  return {
    lines: (
      <>
        {facts.filter((fact) => fact.id === 'classic.fraction').map((fact) => {
          const resource = string(fact, 'resource')
          return <p key={resource}><span className="formula-name dim">{resource}</span><u>{amount(resource, number(fact, 'requested'))}</u> / {amount(resource, number(fact, 'allocatable'))} = {decimal(number(fact, 'fraction'), 3)}</p>
        })}
        <p><span className="formula-name dim">score</span>{cpu >= 1 || memory >= 1 ? <b className="formula-result">0</b> : <>(1 − |{decimal(cpu, 3)} − {decimal(memory, 3)}|) × {most} = <GoCut strong value={(1 - Math.abs(cpu - memory)) * most} /></>}</p>
      </>
    ),
    note: text('cuts'),
  }
}

function imageFormula(facts: readonly Fact[], text: Text): Formula {
  const images = facts.filter((fact) => fact.id === 'image.bytes')
  const sum = facts.find((fact) => fact.id === 'image.sum')
  const mi = (value: number): string => `${decimal(value / 1024 ** 2, 1)}Mi`
  return {
    lines: (
      <>
        {images.map((fact, index) => (
          <p key={index}>
            <span className="formula-name dim cut" title={string(fact, 'image')}>{string(fact, 'image')}</span>
            {fact.values['present'] === true
              ? <>{mi(number(fact, 'bytes'))} × {number(fact, 'nodes')} / {number(fact, 'allNodes')} = {mi(number(fact, 'scaled'))}</>
              : <span className="dim">{text('image.absent')}</span>}
          </p>
        ))}
        {sum && (
          <p>
            <span className="formula-name dim">score</span>
            {number(sum, 'sum') < number(sum, 'min')
              ? <>{mi(number(sum, 'sum'))} &lt; {mi(number(sum, 'min'))} → <b className="formula-result">{number(sum, 'score')}</b></>
              : <>({mi(Math.min(number(sum, 'sum'), number(sum, 'max')))} − {mi(number(sum, 'min'))}) × 100 / {mi(number(sum, 'max') - number(sum, 'min'))} = <GoCut strong value={((Math.min(number(sum, 'sum'), number(sum, 'max')) - number(sum, 'min')) * 100) / (number(sum, 'max') - number(sum, 'min'))} /></>}
          </p>
        )}
      </>
    ),
    note: <>{images[0] && text('image.have', { nodes: number(images[0], 'nodes'), all: number(images[0], 'allNodes') })} {text('cuts')}</>,
  }
}

function affinityFormula(facts: readonly Fact[], text: Text): Formula {
  const terms = facts.filter((fact) => fact.id === 'affinity.preferred')
  const counted = terms.filter((fact) => fact.values['matches'] === true)
  return {
    lines: (
      <>
        {terms.map((fact, index) => (
          <p key={index}>
            <span className={fact.values['matches'] === true ? 'ok-text' : 'dim'}>{fact.values['matches'] === true ? '✓' : '✕'}</span> {string(fact, 'expression')}{' '}
            <span className="dim">{text('term', { term: number(fact, 'term'), weight: number(fact, 'weight') })}</span>
          </p>
        ))}
        <p><span className="formula-name dim">score</span>{counted.length === 0 ? '' : `${counted.map((fact) => number(fact, 'weight')).join(' + ')} = `}<b className="formula-result">{counted.reduce((sum, fact) => sum + number(fact, 'weight'), 0)}</b></p>
      </>
    ),
  }
}

function spreadFormula(facts: readonly Fact[]): Formula {
  const counts = facts.filter((fact) => fact.id === 'spread.count')
  const sum = facts.find((fact) => fact.id === 'spread.sum')
  return {
    lines: (
      <>
        {counts.map((fact, index) => (
          <p key={index}><span className="formula-name dim cut">{string(fact, 'domain')}</span>{number(fact, 'matching')} × {decimal(number(fact, 'weight'), 3)} + ({number(fact, 'maxSkew')} − 1) = {decimal(number(fact, 'score'), 3)}</p>
        ))}
        {sum && <p><span className="formula-name dim">score</span>round({decimal(number(sum, 'sum'), 3)}) = <b className="formula-result">{number(sum, 'score')}</b></p>}
      </>
    ),
  }
}
