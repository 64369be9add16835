/** A cluster made livable: pacing, breakpoints, timeline, projection to views, import, save. The worker and the server speak to `Host` only. */
export { Host, type HostOptions } from './host'
