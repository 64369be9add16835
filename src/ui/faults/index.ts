/** What a teacher breaks on purpose: the sheet that breaks and heals. Its marks on the map are the map's own. Loaded when it is opened. */
export { FaultsDialog } from './FaultsDialog'
