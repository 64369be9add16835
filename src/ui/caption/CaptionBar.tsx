import { useEffect, useRef, type ReactNode } from 'react'
import { defineCatalogue, plain, rich, sayFact, sayNext, useText } from '../kit'
import { step, useExplanation, useSession, useUi, useView, type ExplanationState } from '../store'
import type { FilterVerdict } from '../../api'
import type { NowFact } from '../../protocol'
import './caption.css'

defineCatalogue('caption', {
  en: { 'nothing': 'The cluster is starting.', 'step': 'Step: {{next}}', 'unknown': 'What comes next is not known yet' },
  zh: { 'nothing': '集群正在启动。', 'step': '下一步：{{next}}', 'unknown': '接下来会怎样还不知道' },
})

/** Longer than this a sentence takes two smaller lines. */
const longSentence = 105

/** `end`: what stands at its end instead of the next step, where a view has its own. */
export function CaptionBar({ end }: { readonly end?: ReactNode }): ReactNode {
  const text = useText('caption')
  const session = useSession()
  const language = useUi((ui) => ui.language)
  const notice = useUi((ui) => ui.notice)
  const fact = useView((view) => view.fact)
  const next = useView((view) => view.next)
  const explanation = useExplanation(useView((view) => (view.fact?.id === 'caption.filterRejects' ? view.decision?.cycle.id : undefined)))
  // Faster than twice real time nobody could listen: it speaks when a decision has come to its end, and when the run stops.
  const fast = useView((view) => view.running && view.speed > 2)
  const box = useRef<HTMLDivElement>(null)

  useEffect(() => {
    const element = box.current
    if (!element) return
    const tell = (): void => {
      const { left, top, right, bottom } = element.getBoundingClientRect()
      const anchor = session.ui.getState().threadAnchor
      const caption = { left, top, right, bottom }
      if (anchor && same(anchor.caption, caption)) return
      session.ui.setState({ threadAnchor: { playheadX: anchor?.playheadX, caption } })
    }
    tell()
    const watch = new ResizeObserver(tell)
    watch.observe(element)
    watch.observe(document.documentElement)
    // What stands below it may grow or shrink; what stands above then does the contrary.
    const above = document.getElementById('main')
    if (above) watch.observe(above)
    // Folding the timeline moves the caption without changing its size.
    const stop = session.ui.subscribe((now, before) => { if (now.timelineOpen !== before.timelineOpen || now.scale !== before.scale) requestAnimationFrame(tell) })
    return () => {
      watch.disconnect()
      stop()
    }
  }, [session])

  const sentence = notice ? notice.text : fact ? sayFact(fact, language, verdictOf(fact, explanation)) : text('nothing')
  const speaks = !fast || fact?.id === 'caption.bound' || fact?.id === 'caption.unschedulable'
  const nextWords = next ? sayNext(next, language) : text('unknown')
  const long = plain(sentence).length > (language === 'zh' ? longSentence / 1.7 : longSentence)
  return (
    <div className="caption" ref={box} data-tone={notice?.tone ?? 'plain'}>
      <span className="caption-mark" aria-hidden="true" />
      <p className={`caption-sentence${long ? ' caption-long' : ''}`} role="status" aria-live={speaks ? 'polite' : 'off'} title={long ? plain(sentence) : undefined}>{rich(sentence)}</p>
      {end ?? (
        <button type="button" className="caption-next" tabIndex={-1} disabled={!next} onClick={() => { void step(session, 1) }}>
          <span>{nextWords}</span>{next && <kbd aria-hidden="true">→</kbd>}
        </button>
      )}
    </div>
  )
}

/** The verdict a sentence is about: its numbers are said as soon as the explanation is here. */
function verdictOf(fact: NowFact, state: ExplanationState | undefined): FilterVerdict | undefined {
  if (fact.id !== 'caption.filterRejects' || state?.is !== 'here') return undefined
  return state.explanation.filters.find((filter) => filter.plugin === fact.args['plugin'])?.verdicts.find((verdict) => verdict.node === fact.args['node'])
}

function same(a: { left: number; top: number; right: number; bottom: number }, b: typeof a): boolean {
  return a.left === b.left && a.top === b.top && a.right === b.right && a.bottom === b.bottom
}
