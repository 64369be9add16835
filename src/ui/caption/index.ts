/** The caption: one sentence that says what just happened, and what comes next. The page's one live region. */
export { CaptionBar } from './CaptionBar'
