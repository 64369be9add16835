/** Virtual time, the event queue, seeded chance, actors, trace, checkpoints. Rules K1 to K10 in SPEC.md. Every part of the engine stands on it. */
export { Simulation, type RunLimits, type SimulationOptions, type StopReason } from './simulation'
export type { Actor, ActorContext, Breakpoint, Checkpoint, EventBody, Instant, KernelEvent, TraceFacts, TraceInput, TraceRecord } from './types'
