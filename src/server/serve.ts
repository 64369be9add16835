import { processTerminal } from './read-files'
import { serveUntilSignal } from './serve-command'

await serveUntilSignal(process.argv.slice(2), processTerminal)
