/** The inspector: tabs beside the map about what is selected; and the list of events in full. */
import './words'

export { EventsPanel, EventsView } from './Events'
export { Inspector, type InspectorPanels } from './Inspector'
export { YamlPanel } from './LazyYamlPanel'
