/** How a component talks to the api-server: typed client over a Transport, informers, work queues, event recorder. Every component uses it; it knows no component. */
export { Client, type DeleteOptions, type ListOptions, type ObjectRef, type PatchType } from './client'
export { EventRecorder, type EventRecorderOptions, type EventSubject } from './event-recorder'
export { Informer, type InformerHandler } from './informer'
export { Informers } from './informers'
export type { Transport, WatchDelivery, WatchOpened } from './transport'
export { WorkQueue, type WorkQueueOptions } from './work-queue'
