/** The workbench: composes the features, keeps the address, the theme and the keys. */
export { start } from './start'
