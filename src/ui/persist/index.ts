/** Sessions that outlive their page: kept in the browser, in a link, in a file. Its own chunk. */
import './words'

export { carriesSession, chooseSessionFile, copyWholeLink, openFile, openFragment, openKept, saveAsFile, startKeeping } from './persist'
