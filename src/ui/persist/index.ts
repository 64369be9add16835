/** Sessions that outlive their page: kept in the browser, in a link, in a file. Its own chunk. */
import './words'

export { carriesSession, chooseSessionFile, copyWholeLink, earlierSessions, openEarlier, openFile, openFragment, openKept, saveAsFile, startKeeping } from './persist'
export type { RecordHead } from './records'
