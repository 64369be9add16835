import { useEffect, useState, type ReactNode } from 'react'
import { splitKey } from '../../api'
import type { BecauseLink } from '../../protocol'
import { defineCatalogue, rich, sayBecause, useText, whole } from '../kit'
import { seek } from './actions'
import { useSession, useUi, useView } from './hooks'
import { oneAtATime } from './one-at-a-time'
import { comparePositions } from './view'
import './because.css'

defineCatalogue('because', {
  en: { 'because': 'Because', 'go': 'Go to revision {{revision}}' },
  zh: { 'because': '因为', 'go': '前往修订号 {{revision}}' },
})

/** The first and the last ones matter. */
const linksMax = 7
const whilePlayingMs = 200

/** From a person's command down to now: what led to an object ("pods", "shop/web-x2lqp") as it is at this moment. Each link leads to where it happened. */
export function Because({ resource, objectKey }: { readonly resource: string; readonly objectKey: string }): ReactNode {
  const text = useText('because')
  const session = useSession()
  const language = useUi((ui) => ui.language)
  const position = useView((view) => view.position)
  const links = useLinks(resource, objectKey)
  const past = links.filter((link) => comparePositions(link.position, position) <= 0)
  if (past.length === 0) return null
  const shown = past.length <= linksMax ? past : [...past.slice(0, 2), ...past.slice(2 - linksMax)]
  return (
    <div className="sec">
      <h4 className="sec-title">{text('because')}</h4>
      <ol className="because">
        {shown.map((link, index) => (
          <li key={`${link.revision} ${link.id} ${index}`} data-last={index === shown.length - 1 ? '' : undefined}>
            <button type="button" title={text('go', { revision: link.revision })} onClick={() => { void seek(session, { position: link.position }) }}>
              <span className="because-revision mono">{link.revision === 0 ? '' : whole(link.revision)}</span>
              <span className="because-dot" aria-hidden="true" />
              <span className="because-words">{rich(sayBecause(link, language))}</span>
            </button>
          </li>
        ))}
      </ol>
    </div>
  )
}

/** The host tells what led here up to the present event, so it is asked again when that is another one. */
function useLinks(resource: string, objectKey: string): readonly BecauseLink[] {
  const session = useSession()
  const [state, setState] = useState<{ readonly of: string; readonly links: readonly BecauseLink[] }>()
  const of = `${resource} ${objectKey}`
  useEffect(() => {
    const { namespace, name } = splitKey(objectKey)
    const asking = oneAtATime(
      () => session.call('because', { resource, ...(namespace === '' ? {} : { namespace }), name }).then((links) => { setState({ of, links }) }, () => undefined),
      () => (session.view.getState().running ? whilePlayingMs : 0),
    )
    const stop = session.view.subscribe((view, before) => { if (view.revision !== before.revision || view.position.event !== before.position.event) asking.want() })
    asking.want()
    return () => {
      stop()
      asking.stop()
    }
  }, [session, resource, objectKey, of])
  return state?.of === of ? state.links : []
}
