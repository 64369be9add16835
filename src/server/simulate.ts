import { processTerminal } from './read-files'
import { simulate } from './simulate-command'

// Whoever reads may stop reading (| head).
process.stdout.on('error', (error: NodeJS.ErrnoException) => { process.exit(error.code === 'EPIPE' ? 0 : 1) })
process.exitCode = simulate(process.argv.slice(2), processTerminal)
