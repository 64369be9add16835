import { Command } from 'cmdk'
import { useEffect, useMemo, useState, type ReactNode } from 'react'
import { faultKey } from '../../api'
import { compareText } from '../../base'
import type { ScenarioInfo } from '../../protocol'
import { defineCatalogue, PodTag, useText } from '../kit'
import {
  heal, nodeOfPod, openJourney, openRoom, playOrPause, runToDecision, seekEnd, setSpeed, speeds, step, tellError, useSession, useSetUi, useUi, useView, type Selection, type UiState,
} from '../store'
import './palette.css'

defineCatalogue('palette', {
  en: {
    'title': 'Find or do', 'placeholder': 'A node, a Pod, or something to do', 'nothing': 'Nothing of that name.', 'nodes': 'Nodes', 'inside': 'Inside a node', 'journeys': 'Journeys', 'do.journey': 'Journey of {{pod}}', 'do.inside': 'Look into {{node}}', 'pods': 'Pods', 'workloads': 'Workloads', 'services': 'Services', 'do': 'Do', 'go': 'Go to', 'scenarios': 'Open a scenario',
    'do.step': 'Step', 'do.back': 'Step back', 'do.play': 'Play or pause', 'do.decision': 'Run to the next decision', 'do.start': 'Go to the first moment', 'do.end': 'Go to the newest moment', 'do.dark': 'Dark theme', 'do.light': 'Light theme', 'do.en': 'English', 'do.zh': '简体中文', 'do.stage': 'Presenter mode', 'do.desk': 'Leave presenter mode', 'do.keys': 'All keys', 'do.break': 'Break something…', 'do.heal': 'Heal {{what}}', 'do.fit': 'Fit the whole cluster', 'do.speed': 'Speed {{speed}}', 'do.max': 'Speed: as fast as possible',
    'view.map': 'Map', 'view.workloads': 'Workloads', 'view.traffic': 'Traffic', 'view.decisions': 'Decisions', 'view.editor': 'YAML editor', 'view.events': 'Events', 'view.config': 'Scheduler configuration', 'view.terminal': 'Terminal', 'tab.metrics': 'Metrics',
    'scenario.first-pod': 'First Pod', 'scenario.shop-rollout': 'Shop rollout', 'scenario.nearly-full': 'Nearly full', 'scenario.textbook': 'The textbook', 'scenario.rolling-update': 'Rolling update', 'scenario.empty': 'Empty cluster',
  },
  zh: {
    'title': '查找或执行', 'placeholder': '节点、Pod，或要做的事', 'nothing': '没有这个名称。', 'nodes': '节点', 'inside': '节点内部', 'journeys': '旅程', 'do.journey': '{{pod}} 的旅程', 'do.inside': '进入 {{node}} 看看', 'pods': 'Pod', 'workloads': '工作负载', 'services': 'Service', 'do': '执行', 'go': '前往', 'scenarios': '打开场景',
    'do.step': '下一步', 'do.back': '上一步', 'do.play': '播放或暂停', 'do.decision': '运行到下一次决策', 'do.start': '回到最早时刻', 'do.end': '前往最新时刻', 'do.dark': '深色主题', 'do.light': '浅色主题', 'do.en': 'English', 'do.zh': '简体中文', 'do.stage': '演示模式', 'do.desk': '退出演示模式', 'do.keys': '全部按键', 'do.break': '制造故障…', 'do.heal': '修复 {{what}}', 'do.fit': '显示整个集群', 'do.speed': '速度 {{speed}}', 'do.max': '速度：尽可能快',
    'view.map': '地图', 'view.workloads': '工作负载', 'view.traffic': '流量', 'view.decisions': '决策', 'view.editor': 'YAML 编辑器', 'view.events': '事件', 'view.config': '调度器配置', 'view.terminal': '终端', 'tab.metrics': '指标',
    'scenario.first-pod': '第一个 Pod', 'scenario.shop-rollout': '商店上线', 'scenario.nearly-full': '快满了', 'scenario.textbook': '教科书', 'scenario.rolling-update': '滚动更新', 'scenario.empty': '空集群',
  },
})

/** Of thousands of nodes and Pods only the best are offered. */
const foundMax = 12

function best(names: Iterable<string>, words: string): readonly string[] {
  if (words === '') return []
  const starts: string[] = []
  const holds: string[] = []
  const wanted = words.toLowerCase()
  for (const name of names) {
    const lower = name.toLowerCase()
    if (lower.startsWith(wanted) || lower.slice(lower.indexOf('/') + 1).startsWith(wanted)) starts.push(name)
    else if (lower.includes(wanted)) holds.push(name)
  }
  return [...starts.sort(compareText), ...holds.sort(compareText)].slice(0, foundMax)
}

export function Palette(): ReactNode {
  const text = useText('palette')
  const session = useSession()
  const setUi = useSetUi()
  const [words, setWords] = useState('')
  const [scenarios, setScenarios] = useState<readonly ScenarioInfo[]>([])
  const nodes = useView((view) => view.nodes)
  const pods = useView((view) => view.pods)
  const workloads = useView((view) => view.workloads)
  const workloadById = useView((view) => view.workloadById)
  const stage = useUi((ui) => ui.scale === 'stage')
  const [services, setServices] = useState<readonly string[]>([])
  useEffect(() => {
    session.call('scenarios', {}).then(setScenarios, () => undefined)
    session.call('services', {}).then((list) => { setServices(list.services.map((service) => service.key)) }, () => undefined)
  }, [session])
  const faults = useView((view) => view.faults)
  const close = (): void => { setUi({ paletteOpen: false }) }
  const act = (work: () => void) => (): void => {
    close()
    work()
  }
  const ui = (part: Partial<UiState>) => act(() => { setUi(part) })
  const select = (selection: Selection) => ui({ selection, view: 'map', inspectorOpen: true, tab: 'decision', openCycle: undefined })
  const foundNodes = useMemo(() => best((function* names() { for (const slot of nodes.live()) yield nodes.names[slot] as string })(), words), [nodes, words])
  const foundPods = useMemo(() => best((function* keys() { for (const slot of pods.live()) yield pods.keys[slot] as string })(), words), [pods, words])
  const foundServices = best(services, words)
  const holds = (label: string): boolean => label.toLowerCase().includes(words.toLowerCase())
  const commands: readonly { readonly id: string; readonly hotkey?: string; readonly run: () => void; readonly label?: string }[] = [
    { id: 'do.step', hotkey: '→', run: act(() => { void step(session, 1) }) }, { id: 'do.back', hotkey: '←', run: act(() => { void step(session, -1) }) },
    { id: 'do.play', hotkey: 'Space', run: act(() => { void playOrPause(session) }) }, { id: 'do.decision', hotkey: 'D', run: act(() => { void runToDecision(session) }) },
    { id: 'do.start', hotkey: 'Home', run: act(() => { void seekEnd(session, 'start') }) }, { id: 'do.end', hotkey: 'End', run: act(() => { void seekEnd(session, 'end') }) },
    { id: 'do.fit', hotkey: '0', run: act(() => { setUi({ view: 'map', zoomToFit: session.ui.getState().zoomToFit + 1 }) }) },
    { id: 'do.dark', run: ui({ theme: 'dark' }) }, { id: 'do.light', run: ui({ theme: 'light' }) }, { id: 'do.en', run: ui({ language: 'en' }) }, { id: 'do.zh', run: ui({ language: 'zh' }) },
    { id: stage ? 'do.desk' : 'do.stage', run: ui({ scale: stage ? 'desk' : 'stage', view: 'map' }) }, { id: 'do.keys', hotkey: '?', run: ui({ keysOpen: true }) },
    { id: 'do.break', hotkey: 'B', run: act(() => { setUi({ breaking: { target: session.ui.getState().selection } }) }) },
    ...faults.map((fault) => ({ id: `heal ${faultKey(fault)}`, label: text('do.heal', { what: faultKey(fault) }), run: act(() => { void heal(session, fault) }) })),
    ...(words === '' ? [] : speeds.map((speed) => ({ id: `speed ${speed}`, label: Number.isFinite(speed) ? text('do.speed', { speed: `${speed}×` }) : text('do.max'), run: act(() => { void setSpeed(session, speed) }) }))),
  ]
  const shownCommands = commands.map((command) => ({ ...command, label: command.label ?? text(command.id) })).filter((command) => holds(command.label))
  const views = (['map', 'traffic', 'workloads', 'decisions', 'editor', 'events', 'config', 'terminal'] as const).filter((name) => holds(text(`view.${name}`)))
  const shownScenarios = scenarios.filter((one) => holds(text(`scenario.${one.id}`)))
  const shownWorkloads = words === '' ? [] : workloads.filter((one) => holds(one.name)).slice(0, 6)
  const metrics = holds(text('tab.metrics'))
  // Said by what was found, not by `Command.Empty`: that counts what is mounted, and says so for a moment whenever the list changes.
  const nothing = [foundNodes, foundPods, foundServices, shownWorkloads, shownCommands, views, shownScenarios].every((list) => list.length === 0) && !metrics
  return (
    <Command.Dialog open onOpenChange={(open) => { if (!open) close() }} label={text('title')} shouldFilter={false} loop overlayClassName="veil" contentClassName="palette">
      <Command.Input className="palette-input" value={words} onValueChange={setWords} placeholder={text('placeholder')} aria-label={text('title')} />
      <Command.List className="palette-list">
        {nothing && <p className="palette-empty">{text('nothing')}</p>}
        {foundNodes.length > 0 && (
          <Command.Group heading={text('nodes')}>
            {foundNodes.map((name) => <Command.Item key={name} value={`node ${name}`} onSelect={select({ kind: 'node', name })}>{name}</Command.Item>)}
          </Command.Group>
        )}
        {words !== '' && foundNodes.length > 0 && (
          <Command.Group heading={text('inside')}>
            {foundNodes.slice(0, 3).map((name) => <Command.Item key={name} value={`inside ${name}`} onSelect={act(() => { openRoom(session, name) })}>{text('do.inside', { node: name })}</Command.Item>)}
          </Command.Group>
        )}
        {words !== '' && foundPods.length > 0 && (
          <Command.Group heading={text('journeys')}>
            {foundPods.slice(0, 3).map((key) => <Command.Item key={key} value={`journey ${key}`} onSelect={act(() => { openJourney(session, key) })}>{text('do.journey', { pod: key })}</Command.Item>)}
          </Command.Group>
        )}
        {foundPods.length > 0 && (
          <Command.Group heading={text('pods')}>
            {foundPods.map((key) => {
              const slot = pods.slotOf(key)
              const workload = slot === undefined ? undefined : workloadById.get(pods.workload[slot] as number)
              return (
                <Command.Item key={key} value={`pod ${key}`} onSelect={select({ kind: 'pod', name: key })}>
                  <PodTag letter={workload?.letter ?? '·'} hue={workload?.hue ?? 0} name={key.slice(key.indexOf('/') + 1)} title={key} />
                  <span className="palette-note">{nodeOfPod({ nodes, pods }, key) ?? ''}</span>
                </Command.Item>
              )
            })}
          </Command.Group>
        )}
        {shownWorkloads.length > 0 && (
          <Command.Group heading={text('workloads')}>
            {shownWorkloads.map((one) => <Command.Item key={one.id} value={`workload ${one.id}`} onSelect={ui({ selection: { kind: 'workload', name: `${one.namespace}/${one.name}` }, view: 'workloads', inspectorOpen: true, tab: 'rollout' })}><PodTag letter={one.letter} hue={one.hue} name={one.name} /><span className="palette-note">{one.kind}</span></Command.Item>)}
          </Command.Group>
        )}
        {foundServices.length > 0 && (
          <Command.Group heading={text('services')}>
            {foundServices.map((key) => <Command.Item key={key} value={`service ${key}`} onSelect={ui({ view: 'traffic', service: key })}>{key}</Command.Item>)}
          </Command.Group>
        )}
        {shownCommands.length > 0 && (
          <Command.Group heading={text('do')}>
            {shownCommands.map((command) => <Command.Item key={command.id} value={command.id} onSelect={command.run}>{command.label}{command.hotkey !== undefined && <kbd className="palette-note">{command.hotkey}</kbd>}</Command.Item>)}
          </Command.Group>
        )}
        {(views.length > 0 || metrics) && (
          <Command.Group heading={text('go')}>
            {views.map((name) => <Command.Item key={name} value={`view ${name}`} onSelect={ui({ view: name })}>{text(`view.${name}`)}</Command.Item>)}
            {metrics && <Command.Item value="tab metrics" onSelect={ui({ view: 'map', tab: 'metrics', inspectorOpen: true })}>{text('tab.metrics')}</Command.Item>}
          </Command.Group>
        )}
        {shownScenarios.length > 0 && (
          <Command.Group heading={text('scenarios')}>
            {shownScenarios.map((one) => <Command.Item key={one.id} value={`scenario ${one.id}`} onSelect={act(() => { session.open({ scenario: one.id }).catch((error: unknown) => { tellError(session, error) }) })}>{text(`scenario.${one.id}`)}</Command.Item>)}
          </Command.Group>
        )}
      </Command.List>
    </Command.Dialog>
  )
}
