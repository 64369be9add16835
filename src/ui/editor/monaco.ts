// Only what a YAML text needs: `monaco-editor` alone would bring every language and its workers along.
import { editor, KeyCode, KeyMod, Range } from 'monaco-editor/editor'
import 'monaco-editor/languages/definitions/yaml/register'
import 'monaco-editor/features/bracketMatching/register'
import 'monaco-editor/features/caretOperations/register'
import 'monaco-editor/features/clipboard/register'
import 'monaco-editor/features/comment/register'
import 'monaco-editor/features/contextmenu/register'
import 'monaco-editor/features/cursorUndo/register'
import 'monaco-editor/features/find/register'
import 'monaco-editor/features/folding/register'
import 'monaco-editor/features/hover/register'
import 'monaco-editor/features/indentation/register'
import 'monaco-editor/features/linesOperations/register'
import 'monaco-editor/features/multicursor/register'
import 'monaco-editor/features/smartSelect/register'
import 'monaco-editor/features/toggleTabFocusMode/register'
import 'monaco-editor/features/wordHighlighter/register'
import 'monaco-editor/features/wordOperations/register'
import './providers'

export { editor, KeyCode, KeyMod, Range }

declare global {
  interface Window { MonacoEnvironment?: { readonly getWorker: () => Worker } }
}

window.MonacoEnvironment = { getWorker: () => new Worker(new URL('./editor.worker.ts', import.meta.url), { type: 'module' }) }

/** The editor's theme, from the tokens of the page as they stand. Monaco wants colours as #rrggbb. */
export function defineThemes(theme: 'dark' | 'light'): string {
  const style = getComputedStyle(document.documentElement)
  const color = (name: string): string => style.getPropertyValue(name).trim()
  const plain = (name: string): string => color(name).slice(1)
  const name = `berth-${theme}`
  editor.defineTheme(name, {
    base: theme === 'dark' ? 'vs-dark' : 'vs', inherit: false,
    rules: [
      { token: '', foreground: plain('--ink-1') }, { token: 'type', foreground: plain('--pick') }, { token: 'key', foreground: plain('--pick') }, { token: 'tag', foreground: plain('--pick') },
      { token: 'number', foreground: plain('--pl-spread') }, { token: 'keyword', foreground: plain('--whatif') }, { token: 'string', foreground: plain('--ink-1') },
      { token: 'comment', foreground: plain('--ink-3') }, { token: 'delimiter', foreground: plain('--ink-2') }, { token: 'operators', foreground: plain('--ink-2') },
    ],
    colors: {
      'editor.background': color('--chrome'), 'editor.foreground': color('--ink-1'), 'editorLineNumber.foreground': color('--ink-3'), 'editorLineNumber.activeForeground': color('--ink-1'),
      'editorCursor.foreground': color('--ink-1'), 'editor.selectionBackground': color('--line-2'), 'editor.inactiveSelectionBackground': color('--line-1'), 'editor.lineHighlightBackground': color('--card'),
      'editorWhitespace.foreground': color('--line-2'), 'editorIndentGuide.background1': color('--line-1'), 'editorIndentGuide.activeBackground1': color('--line-3'),
      // By itself the editor paints brackets gold; that colour is taken.
      ...Object.fromEntries([1, 2, 3, 4, 5, 6].map((depth) => [`editorBracketHighlight.foreground${depth}`, color('--ink-2')])), 'editorBracketHighlight.unexpectedBracket.foreground': color('--no'),
      'editorBracketMatch.background': color('--card-2'), 'editorBracketMatch.border': color('--line-3'),
      'editorSuggestWidget.background': color('--card'), 'editorSuggestWidget.border': color('--line-2'), 'editorSuggestWidget.foreground': color('--ink-1'), 'editorSuggestWidget.selectedBackground': color('--line-1'), 'editorSuggestWidget.selectedForeground': color('--ink-1'), 'editorSuggestWidget.highlightForeground': color('--pick'), 'editorSuggestWidget.focusHighlightForeground': color('--pick'),
      'editorHoverWidget.background': color('--card'), 'editorHoverWidget.border': color('--line-2'), 'editorHoverWidget.foreground': color('--ink-1'), 'textCodeBlock.background': color('--card-2'),
      'diffEditor.insertedTextBackground': `${color('--ok')}33`, 'diffEditor.insertedLineBackground': `${color('--ok')}1c`, 'diffEditor.removedTextBackground': `${color('--no')}33`, 'diffEditor.removedLineBackground': `${color('--no')}1c`,
      'diffEditor.border': color('--line-1'), 'diffEditor.diagonalFill': color('--line-1'), 'diffEditor.unchangedRegionBackground': color('--card'), 'diffEditor.unchangedRegionForeground': color('--ink-2'), 'diffEditor.unchangedCodeBackground': '#00000000', 'diffEditor.unchangedRegionShadow': '#00000000',
      'editorError.foreground': color('--no'), 'editorGutter.background': color('--chrome'), 'editorWidget.background': color('--card'), 'editorWidget.border': color('--line-2'),
      'input.background': color('--card-2'), 'input.foreground': color('--ink-1'), 'input.border': color('--line-2'), 'focusBorder': color('--focus'), 'menu.background': color('--card'), 'menu.foreground': color('--ink-1'),
      'menu.selectionBackground': color('--card-2'), 'menu.selectionForeground': color('--ink-1'), 'scrollbarSlider.background': `${color('--line-2')}99`, 'editor.findMatchBackground': `${color('--pick')}55`, 'editor.findMatchHighlightBackground': `${color('--pick')}33`,
    },
  })
  return name
}

/** An editor of YAML in an element: quiet, without what only programs need. */
export function makeEditor(element: HTMLElement, value: string | null, theme: 'dark' | 'light'): editor.IStandaloneCodeEditor {
  return editor.create(element, {
    // Null: models are set by the caller.
    ...(value === null ? { model: null } : { value, language: 'yaml' }), theme: defineThemes(theme), automaticLayout: true, fontFamily: getComputedStyle(document.documentElement).getPropertyValue('--font-mono'),
    minimap: { enabled: false }, scrollBeyondLastLine: false, tabSize: 2, insertSpaces: true, detectIndentation: false, renderLineHighlight: 'none', renderFinalNewline: 'on', glyphMargin: false, folding: true,
    lineNumbersMinChars: 4, lineDecorationsWidth: 14, padding: { top: 8, bottom: 8 }, overviewRulerLanes: 0, hideCursorInOverviewRuler: true, fixedOverflowWidgets: true, wordBasedSuggestions: 'off', quickSuggestions: { other: true, strings: true, comments: false }, suggest: { showWords: false, showIcons: false }, acceptSuggestionOnEnter: 'smart', occurrencesHighlight: 'off',
    stickyScroll: { enabled: false }, bracketPairColorization: { enabled: false }, guides: { indentation: true }, autoIndent: 'keep', unicodeHighlight: { ambiguousCharacters: false },
  })
}
