/** Why a Pod lands where it lands: the Decision tab of the inspector, and the list of all cycles. */
import './words'

export { DecisionList } from './DecisionList'
export { DecisionPanel } from './DecisionPanel'
