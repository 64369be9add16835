/** The timeline: what happened when, in four lanes, with the playhead; it goes both ways. */
export { Timeline } from './Timeline'
