import type { ReactNode } from 'react'
import { Dialog, modKey, useText } from '../kit'
import { useSetUi, useUi } from '../store'

const rows: readonly (readonly [keys: readonly string[], what: string])[] = [
  [['Space'], 'key.play'], [['←', '→'], 'key.step'], [['Shift ←', 'Shift →'], 'key.cycle'], [['Home', 'End'], 'key.ends'], [[',', '.'], 'key.speed'],
  [['D'], 'key.decision'], [['W'], 'key.why'], [['[', ']'], 'key.plugins'], [['F'], 'key.follow'], [['Z'], 'key.zoomNow'], [['0'], 'key.fit'], [['+', '−'], 'key.zoom'],
  [['← →'], 'key.handle'], [['I'], 'key.inside'], [['J'], 'key.journey'], [['B'], 'key.break'], [['E'], 'key.editor'], [['`'], 'key.terminal'], [['G', 'M W T D Y E C'], 'key.goto'], [[`${modKey}K`], 'key.find'], [[`${modKey}↵`], 'key.apply'], [['Esc'], 'key.esc'], [['?'], 'key.keys'],
]

export function KeyList(): ReactNode {
  const text = useText('app')
  const open = useUi((ui) => ui.keysOpen)
  const setUi = useSetUi()
  return (
    <Dialog open={open} onClose={() => { setUi({ keysOpen: false }) }} title={text('keys')} note={text('keys.note')} closeName={text('close')} width={720}>
      <dl className="key-list">
        {rows.map(([keys, what]) => (
          <div key={what}><dt>{keys.map((key) => <kbd key={key}>{key}</kbd>)}</dt><dd>{text(what)}</dd></div>
        ))}
      </dl>
    </Dialog>
  )
}
