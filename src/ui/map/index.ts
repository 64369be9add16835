/**
 * The map: zones and nodes on a React Flow surface over one canvas, the control plane, the strips of a decision, the thread and the
 * outline. `scene/` holds what needs no React: layout, levels of detail, hit test, canvas drawing, bars, strait, routing.
 */
export { MapView as Map, MapView } from './MapView'
