import type { Problem } from './check'
import { Range, type editor } from './monaco'

/** Writes a value in a problem's place. */
export function mend(code: editor.ICodeEditor, { line, column, endLine, endColumn }: Problem, value: string): void {
  code.executeEdits('fix', [{ range: new Range(line, column, endLine, endColumn), text: value }])
  code.focus()
}

/** Mends the first problem that a value is known for, by the likeliest one. */
export function mendFirst(code: editor.ICodeEditor, problems: readonly Problem[]): void {
  const first = problems.find((problem) => problem.fixes.length > 0)
  if (first?.fixes[0] !== undefined) mend(code, first, first.fixes[0])
}

/** Brings a problem into view, and the cursor to it. */
export function goTo(code: editor.ICodeEditor, { line, column }: Problem): void {
  code.revealLineInCenter(line)
  code.setPosition({ lineNumber: line, column })
  code.focus()
}
