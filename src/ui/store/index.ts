/**
 * The open cluster as the UI has it. `Session` holds the connection, the view (built from the host's frames; never written by the
 * UI) and what is the person's. Components use the hooks; mass data (nodes, Pods) is read from typed-array tables by slot.
 */
export {
  addressesOf, apply, breakOrHeal, configureScheduler, deletePod, heal, nodesInOrder, openJourney, openRoom, playOrPause, readObject, readPath, runToDecision, seek, seekEnd, setCapacity, setCordon, setSpeed, setUnit, shiftSpeed, siblingRoom, speeds, step, tellError,
} from './actions'
export { Because } from './Because'
export { changeDraft, closeDraft, emptyDesk, freeName, isChanged, mergeDesks, moveDraft, openDraft, readDesk, type Desk, type Draft } from './desk'
export { SessionProvider, useDesk, useExplanation, useLiveObject, useRow, useSession, useSetUi, useTable, useUi, useView } from './hooks'
export { HostError, WorkerHost, startWorkerHost, type HostClient, type WorkerLike } from './host-client'
export { MarkLanes, laneNames, trafficLaneNames } from './marks'
export { oneAtATime, type Asking } from './one-at-a-time'
export { perSession } from './per-session'
export { Session, type ExplanationState, type SessionOptions } from './session'
export { NodeTable, PodTable } from './tables'
export {
  initialUi, inspectorWidthMax, inspectorWidthMin, selectionOf,
  type Box, type InspectorTab, type Notice, type Scale, type Selection, type Theme, type ThreadAnchor, type UiState, type ViewName,
} from './ui-state'
export { openRequestOf, readAddress, uiOf, writeAddress, type Address } from './url'
export { ViewThread, type ThreadWay } from './ViewThread'
export { comparePositions, emptyView, inThePast, nodeInSight, nodeOfPod, phaseOf, shownTime, type HostState, type Phase, type View } from './view'
export { useShallow } from 'zustand/react/shallow'
