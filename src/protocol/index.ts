/** The one contract between a UI and a host: commands, answers, frames. Plain data; mass data as typed columns that are transferred. */
export { nodeFlags, podStates } from './views'
export type * from './journey'
export type * from './faults'
export type * from './messages'
export type * from './ownership'
export type * from './views'
export type * from './traffic'
export type * from './room'
