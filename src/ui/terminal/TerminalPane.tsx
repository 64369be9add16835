import { FitAddon } from '@xterm/addon-fit'
import { Terminal } from '@xterm/xterm'
import '@xterm/xterm/css/xterm.css'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { Readline } from 'xterm-readline'
import { completeLine, runBerth, runCommandLine, runEtcdctl } from '../../kubectl'
import { useText } from '../kit'
import { useSession, useUi } from '../store'
import { shellOf } from './environment'
import './terminal.css'

const historyKey = 'berth.terminal.history'
const historyMax = 200
const namespace = 'default'
const [green, red, dim, bold, plain] = ['\x1b[32m', '\x1b[31m', '\x1b[2m', '\x1b[1m', '\x1b[0m']

function historyOf(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(historyKey) ?? '[]')
    return Array.isArray(kept) ? kept.filter((line): line is string => typeof line === 'string').slice(-historyMax) : []
  } catch {
    return [] // storage is shut or holds something else: begin anew
  }
}

function keepHistory(lines: readonly string[]): void {
  try {
    localStorage.setItem(historyKey, JSON.stringify(lines.slice(-historyMax)))
  } catch {
    // Storage is full or shut. What was typed still works in this page.
  }
}

const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim()

function themeOf(): { background: string; foreground: string; cursor: string; selectionBackground: string; green: string; red: string } {
  return { background: colour('--chrome'), foreground: colour('--ink-1'), cursor: colour('--ink-1'), selectionBackground: colour('--pick-soft'), green: colour('--ok-text'), red: colour('--no-text') }
}

/** A kubectl shell over the open cluster. `readFile` gives the text of an editor tab by its name. */
export function TerminalPane({ readFile }: { readonly readFile: (name: string) => string | undefined }): ReactNode {
  const text = useText('terminal')
  const session = useSession()
  const theme = useUi((ui) => ui.theme)
  const stage = useUi((ui) => ui.scale === 'stage')
  const holder = useRef<HTMLDivElement>(null)
  const made = useRef<Terminal>(undefined)
  const words = useRef(text)
  const files = useRef(readFile)
  const [hints, setHints] = useState<readonly string[]>([])

  useEffect(() => {
    words.current = text
    files.current = readFile
  })

  useEffect(() => {
    const element = holder.current
    if (element === null) return
    const terminal = new Terminal({
      fontFamily: colour('--font-mono'), fontSize: 13, lineHeight: 1.35, cursorBlink: false, theme: themeOf(), screenReaderMode: true, convertEol: true, scrollback: 5_000,
    })
    made.current = terminal
    const fit = new FitAddon()
    const readline = new Readline()
    terminal.loadAddon(fit)
    terminal.loadAddon(readline)
    terminal.open(element)
    terminal.textarea?.setAttribute('aria-label', words.current('about'))
    let closed = false
    const typed = historyOf()
    for (const line of typed) readline.appendHistory(line)
    const print = (line: string): void => { if (!closed) terminal.write(`${line}\n`) }
    const shell = shellOf(session, {
      out: print,
      error: (line) => { print(`${red}${line}${plain}`) },
      still: () => { print(`${dim}${words.current('still')}${plain}`) },
      readFile: (name) => files.current(name),
    })
    readline.setCtrlCHandler(() => { shell.interrupt() })
    // The line editor shows its text through this on every change: the one place to learn what stands there.
    let line = { text: '', at: 0 }
    readline.setHighlighter({
      highlight: (shown, at) => {
        line = { text: shown, at }
        return shown
      },
      highlightPrompt: (prompt) => prompt,
      highlightChar: () => true,
    })
    const complete = async (): Promise<void> => {
      const begun = line.text.slice(0, line.at)
      const { start, words: found } = await completeLine(begun, shell.environment, namespace)
      if (closed || line.text.slice(0, line.at) !== begun) return
      const typedWord = begun.slice(start)
      const [first] = found
      if (first === undefined) { setHints([]); return }
      let shared = first
      for (const word of found) while (!word.startsWith(shared)) shared = shared.slice(0, -1)
      const rest = shared.slice(typedWord.length) + (found.length === 1 && !/[=/]$/.test(shared) ? ' ' : '')
      setHints(found.length === 1 ? [] : found)
      if (rest !== '') terminal.input(rest)
    }
    terminal.attachCustomKeyEventHandler((event) => {
      if (event.type !== 'keydown') return true
      if (event.key === 'Tab' && !event.shiftKey && !event.ctrlKey && !event.altKey) {
        event.preventDefault()
        void complete()
        return false
      }
      // A way out for the keyboard, since Tab completes.
      if (event.key.toLowerCase() === 'm' && event.ctrlKey && event.shiftKey) {
        event.preventDefault()
        document.getElementById('main')?.focus()
        return false
      }
      if (event.key !== 'Shift') setHints([])
      return true
    })
    const run = async (): Promise<void> => {
      print(`${dim}${words.current('welcome')}${plain}`)
      while (!closed) {
        const said = (await readline.read(`${green}${namespace}${plain} $ ${bold}${plain}`)).trim()
        setHints([])
        if (closed) return
        if (said === '') continue
        if (typed.at(-1) !== said) typed.push(said)
        keepHistory(typed)
        const [word = ''] = said.split(/\s+/)
        if (word === 'clear') terminal.write('\x1b[H\x1b[2J\x1b[3J')
        else if (word === 'history') typed.forEach((one, i) => { print(`${String(i + 1).padStart(5)}  ${one}`) })
        else if (word === 'kubectl' || word === 'k' || word === 'help') await runCommandLine(word === 'help' ? 'kubectl help' : said, shell.environment, namespace)
        else if (word === 'berth') await runBerth(said, shell.environment)
        else if (word === 'etcdctl') await runEtcdctl(said, shell.environment)
        else print(`${red}${words.current('unknown', { word })}${plain}`)
      }
    }
    const observer = new ResizeObserver(() => { fit.fit() })
    observer.observe(element)
    fit.fit()
    // Measured before the font was there, its cells would be those of another: told of a changed family, the terminal measures again.
    void document.fonts.load(`13px ${colour('--font-mono')}`).then(() => {
      if (closed) return
      terminal.options.fontFamily = `${colour('--font-mono')}, monospace`
      fit.fit()
    }).catch(() => undefined)
    terminal.focus()
    void run()
    return () => {
      closed = true
      shell.interrupt()
      observer.disconnect()
      terminal.dispose()
      made.current = undefined
    }
  }, [session])

  useEffect(() => {
    const terminal = made.current
    if (terminal === undefined) return
    terminal.options.theme = themeOf()
    terminal.options.fontSize = stage ? 18 : 13
  }, [theme, stage])

  const shown = hints.slice(0, 12)
  return (
    <section className="terminal" aria-label={text('name')}>
      <div className="terminal-screen" ref={holder} />
      <p className="terminal-hints" role="note" aria-live="polite">
        {shown.length > 0 && text('could', { words: shown.join('  ') })}{hints.length > shown.length && ` ${text('more', { count: hints.length - shown.length })}`}
      </p>
    </section>
  )
}
