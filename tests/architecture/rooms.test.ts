import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { describe, expect, test } from 'vitest'
import ts from 'typescript'
import { exceptions, packages, rooms, type Room } from './rooms'

const root = resolve(import.meta.dirname, '../..')
const src = join(root, 'src')

interface Import { readonly from: string; readonly specifier: string; readonly typeOnly: boolean }

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) return filesBelow(path)
    return /\.tsx?$/.test(name) ? [path] : []
  })
}

/** Tests and their helpers may reach anywhere; what ships may not. */
const shipped = (path: string): boolean => !/\.test\.tsx?$/.test(path) && !path.split(sep).includes('testing')

function importsOf(path: string): Import[] {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2023, true)
  const found: Import[] = []
  const visit = (node: ts.Node): void => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
      const typeOnly = ts.isImportDeclaration(node) ? node.importClause?.isTypeOnly === true : node.isTypeOnly
      found.push({ from: path, specifier: node.moduleSpecifier.text, typeOnly })
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword && node.arguments[0] && ts.isStringLiteral(node.arguments[0])) {
      found.push({ from: path, specifier: node.arguments[0].text, typeOnly: false })
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) && ts.isStringLiteral(node.argument.literal)) {
      found.push({ from: path, specifier: node.argument.literal.text, typeOnly: true })
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

/** The room a file is in: the longest listed folder above it. */
function roomOf(path: string): { readonly room: Room; readonly folder: string } {
  const parts = relative(src, path).split(sep)
  const two = `${parts[0]}/${parts[1]}`
  if (two in rooms) return { room: two as Room, folder: join(src, two) }
  if (parts[0] === 'ui') return parts.length === 2 ? { room: 'ui/app', folder: join(src, 'ui/app') } : { room: 'ui/<feature>', folder: join(src, two) }
  const one = parts[0] as string
  if (!(one in rooms)) throw new Error(`${relative(root, path)} is in no room`)
  return { room: one as Room, folder: join(src, one) }
}

function targetOf(from: string, specifier: string): string {
  const path = resolve(dirname(from), specifier.replace(/[?#].*$/, ''))
  return ['', '.ts', '.tsx', `${sep}index.ts`, `${sep}index.tsx`].map((end) => path + end).find((candidate) => existsSync(candidate) && statSync(candidate).isFile()) ?? path
}

const files = filesBelow(src).filter(shipped)
const imports = files.flatMap(importsOf)

describe('rooms', () => {
  test('every file is in a room of the table', () => {
    for (const file of files) expect(() => roomOf(file)).not.toThrow()
  })

  test('a room imports only what the table allows, through the index', () => {
    const wrong: string[] = []
    for (const { from, specifier } of imports) {
      if (!specifier.startsWith('.')) continue
      const target = targetOf(from, specifier)
      const here = roomOf(from)
      const name = `${relative(root, from)} imports ${relative(root, target)}`
      if (!target.startsWith(src + sep)) { wrong.push(`${name}: outside src`); continue }
      const there = roomOf(target)
      if (here.folder === there.folder) continue
      if (exceptions.some((line) => relative(root, from).startsWith(line.from) && relative(root, target) === line.to)) continue
      if (!(rooms[here.room] as readonly string[]).includes(there.room)) { wrong.push(`${name}: ${here.room} may not import ${there.room}`); continue }
      const inside = relative(there.folder, target)
      // Style sheets and data files have no index to go through.
      if (/\.tsx?$/.test(target) && !/^index\.tsx?$/.test(inside) && there.room !== 'engine') wrong.push(`${name}: only through the room's index`)
    }
    expect(wrong).toEqual([])
  })

  test('a room uses only the packages it may', () => {
    const wrong: string[] = []
    for (const { from, specifier } of imports) {
      if (specifier.startsWith('.')) continue
      const { room } = roomOf(from)
      const allowed = packages[room] ?? []
      if (allowed === 'any') continue
      const name = specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : (specifier.split('/')[0] as string)
      if (specifier.startsWith('node:') ? allowed.includes('any-node-builtin') : allowed.includes(name)) continue
      wrong.push(`${relative(root, from)} imports ${specifier}`)
    }
    expect(wrong).toEqual([])
  })

  test('no cycles between files at run time', () => {
    const graph = new Map<string, string[]>()
    for (const { from, specifier, typeOnly } of imports) {
      if (typeOnly || !specifier.startsWith('.')) continue
      graph.set(from, [...(graph.get(from) ?? []), targetOf(from, specifier)])
    }
    const state = new Map<string, 'open' | 'done'>()
    const cycles: string[] = []
    const walk = (file: string, path: string[]): void => {
      if (state.get(file) === 'done') return
      if (state.get(file) === 'open') {
        cycles.push([...path.slice(path.indexOf(file)), file].map((f) => relative(root, f)).join(' → '))
        return
      }
      state.set(file, 'open')
      for (const next of graph.get(file) ?? []) walk(next, [...path, file])
      state.set(file, 'done')
    }
    for (const file of files) walk(file, [])
    expect(cycles).toEqual([])
  })

  test('the table itself has no cycle', () => {
    const seen = new Set<string>()
    const visit = (room: string, path: readonly string[]): void => {
      expect(path, `${[...path, room].join(' → ')}`).not.toContain(room)
      if (seen.has(room)) return
      for (const next of rooms[room as Room]) visit(next, [...path, room])
      seen.add(room)
    }
    for (const room of Object.keys(rooms)) visit(room, [])
  })
})
