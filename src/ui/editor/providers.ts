import 'monaco-editor/features/suggest/register'
// What `register` of 0.57 leaves out.
import 'monaco-editor/editor/contrib/suggest/browser/suggestController'
import { languages } from 'monaco-editor/editor'
import { textOf } from '../kit'
import { asMarkdown, descriptionOf } from './descriptions'
import { factsAt, suggestAt, type Described } from './suggest'

/** What is looked up when a suggestion is looked at. */
const describing = new WeakMap<languages.CompletionItem, Described>()

languages.registerCompletionItemProvider('yaml', {
  triggerCharacters: [' ', ':', '-', '{', ','],
  provideCompletionItems(model, position) {
    const { column, items } = suggestAt(model.getValue(), position.lineNumber, position.column)
    const range = { startLineNumber: position.lineNumber, endLineNumber: position.lineNumber, startColumn: Math.min(column, position.column), endColumn: position.column }
    return {
      suggestions: items.map((item, index) => {
        const made: languages.CompletionItem = {
          label: { label: item.label, description: item.required ? `${item.type} · ${textOf('editor')('field.required')}` : item.preset === undefined ? item.type : `${item.type} · ${item.preset}` },
          kind: item.type === '' ? languages.CompletionItemKind.EnumMember : languages.CompletionItemKind.Field,
          insertText: item.insert, range, sortText: String(index).padStart(4, '0'),
          ...(item.preset === undefined ? {} : { detail: `${textOf('editor')('field.default')} ${item.preset}` }),
          ...(item.more ? { command: { id: 'editor.action.triggerSuggest', title: '' } } : {}),
        }
        if (item.described) describing.set(made, item.described)
        return made
      }),
    }
  },
  async resolveCompletionItem(item) {
    const described = describing.get(item)
    const text = described && await descriptionOf(described)
    return text === undefined ? item : { ...item, documentation: { value: asMarkdown(text) } }
  },
})

languages.registerHoverProvider('yaml', {
  async provideHover(model, { lineNumber, column }) {
    const facts = factsAt(model.getValue(), lineNumber, column)
    if (!facts) return null
    const code = (words: readonly string[]): string => words.map((word) => `\`${word}\``).join(', ')
    const text = await descriptionOf(facts.described)
    const lines = [
      `\`${facts.path}\``,
      `${code([facts.type])}${facts.required ? ` · ${textOf('editor')('field.required')}` : ''}`,
      ...(facts.preset === undefined ? [] : [`${textOf('editor')('field.default')} ${code([facts.preset])}`]),
      ...(facts.keys.length === 0 ? [] : [`${textOf('editor')('field.keys')} ${code(facts.keys)}`]),
      ...(facts.values.length === 0 ? [] : [`${textOf('editor')('field.values')} ${code(facts.values)}`]),
      ...(text === undefined ? [] : [asMarkdown(text)]),
    ]
    return { range: { startLineNumber: lineNumber, endLineNumber: lineNumber, startColumn: facts.from, endColumn: facts.to }, contents: lines.map((value) => ({ value })) }
  },
})
