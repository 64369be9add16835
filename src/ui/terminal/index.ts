/** kubectl in the page: a terminal over the open cluster. Its own chunk. */
import './words'

export { TerminalPane } from './TerminalPane'
