import 'monaco-editor/features/suggest/register'
// What `register` of 0.57 leaves out.
import 'monaco-editor/editor/contrib/suggest/browser/suggestController'
import { languages } from 'monaco-editor/editor'
import { textOf } from '../kit'
import { factsAt, suggestAt } from './suggest'

languages.registerCompletionItemProvider('yaml', {
  triggerCharacters: [' ', ':', '-', '{', ','],
  provideCompletionItems(model, position) {
    const { column, items } = suggestAt(model.getValue(), position.lineNumber, position.column)
    const range = { startLineNumber: position.lineNumber, endLineNumber: position.lineNumber, startColumn: Math.min(column, position.column), endColumn: position.column }
    return {
      suggestions: items.map((item, index) => ({
        label: { label: item.label, description: item.required ? `${item.type} · ${textOf('editor')('field.required')}` : item.type },
        kind: item.type === '' ? languages.CompletionItemKind.EnumMember : languages.CompletionItemKind.Field,
        insertText: item.insert, range, sortText: String(index).padStart(4, '0'),
        ...(item.more ? { command: { id: 'editor.action.triggerSuggest', title: '' } } : {}),
      })),
    }
  },
})

languages.registerHoverProvider('yaml', {
  provideHover(model, { lineNumber, column }) {
    const facts = factsAt(model.getValue(), lineNumber, column)
    if (!facts) return null
    const code = (words: readonly string[]): string => words.map((word) => `\`${word}\``).join(', ')
    const lines = [
      `\`${facts.path}\``,
      `${code([facts.type])}${facts.required ? ` · ${textOf('editor')('field.required')}` : ''}`,
      ...(facts.preset === undefined ? [] : [`${textOf('editor')('field.default')} ${code([facts.preset])}`]),
      ...(facts.keys.length === 0 ? [] : [`${textOf('editor')('field.keys')} ${code(facts.keys)}`]),
      ...(facts.values.length === 0 ? [] : [`${textOf('editor')('field.values')} ${code(facts.values)}`]),
    ]
    return { range: { startLineNumber: lineNumber, endLineNumber: lineNumber, startColumn: facts.from, endColumn: facts.to }, contents: lines.map((value) => ({ value })) }
  },
})
