/** The YAML editor: Monaco, the manifest reader for what is wrong with the text, the server's dry run for the rest. Its own chunk. */
import './words'

export { Editor } from './Editor'
export { SchedulerConfig } from './SchedulerConfig'
