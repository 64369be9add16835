/** The node room: what one node does, from the inside. The view, and the inspector's tab that goes with it. */
export { NodePanel } from './NodePanel'
export { RoomView } from './RoomView'
