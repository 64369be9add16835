import { processTerminal } from './read-files'
import { simulate } from './simulate-command'

process.exitCode = simulate(process.argv.slice(2), processTerminal)
