/** Why a Pod lands where it lands: the Decision tab of the inspector, and the list of all cycles. */
import { lazy } from 'react'
import './words'

export { DecisionPanel } from './DecisionPanel'

/** A view of its own, and a chunk of its own. */
export const DecisionList = lazy(() => import('./DecisionList').then((file) => ({ default: file.DecisionList })))
