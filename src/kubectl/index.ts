/**
 * kubectl's everyday verbs, in its own words, over the same API a real kubectl would ask. Pure: what it stands on is handed in as an
 * `Environment`. The terminal of the page uses it; it knows no page and no cluster.
 */
export { CommandError, Interrupted, type Environment } from './environment'
export { runBerth } from './berth'
export { runEtcdctl } from './etcdctl'
export { completeLine, runCommandLine, verbs } from './kubectl'
export { humanDuration } from './table'
