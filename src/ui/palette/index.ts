/** Find or do: one field for nodes, Pods, commands and scenarios. Loaded when first opened. */
export { Palette } from './Palette'
