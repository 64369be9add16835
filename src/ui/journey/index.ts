/** One Pod's journey: the canvas, the inspector's tab, the sequence strip in the timeline's place, and what stands at the caption's end. */
import './words'
import './journey.css'

export { JourneyPanel } from './JourneyPanel'
export { JourneyCanvas } from './JourneyView'
export { JourneyNext, Sequence } from './Sequence'
