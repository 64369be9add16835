/**
 * What every view is built of: tokens, parts, icons, words and numbers. It knows nothing of a cluster and nothing of the store.
 * The style sheets are imported once, by `ui/main.tsx`, as `styles.css`.
 */
export { Button, IconButton, type ButtonProps, type IconButtonProps } from './Button'
export { Chip, type ChipLook } from './Chip'
export { Dialog } from './Dialog'
export { Menu, type MenuItem } from './Menu'
export { PodTag, workloadColor } from './PodTag'
export { ProgressBar } from './ProgressBar'
export { Segmented, type Segment } from './Segmented'
export { Tabs, type Tab } from './Tabs'
export { Tooltip, TooltipProvider } from './Tooltip'
export {
  bytes, clock, cores, cpuQuantity, decimal, gibibytes, imageSize, memoryQuantity, middleCut, percent, shortName, span, tickTime, whole,
} from './format'
export { currentLanguage, defineCatalogue, hasText, setLanguage, textOf, useText, type Language, type Text, type TextValues } from './i18n'
export { inPluginOrder, pluginStyle, type PluginLook, type PluginStyle } from './plugins'
export { drawOn, drawTiming, reducedMotion, roundedPath, useSize, whileMoving, type Point } from './line'
export { plain, rich } from './rich'

export {
  ArrowRight, BerthMark, Boxes, Check, ChevronDown, ChevronLeft, ChevronRight, ChevronUp, CircleAlert, ClipboardPaste, Copy, CrossMark, Database, Download, Ellipsis,
  FileCode2, Filter, History, Keyboard, Layers, LocateFixed, Lock, MapIcon, Monitor, Moon, PauseGlyph, Pencil, Pin, PinOff, PlayGlyph, Plus, RefreshCw, RotateCcw,
  Search, Share, SlidersHorizontal, StepBackGlyph, StepGlyph, Sun, Table2, Terminal, TickMark, TriangleAlert, Unplug, Upload, Waypoints, X, type LucideIcon,
} from './icons'
export { modKey } from './platform'
export { sayActor, sayBecause, sayFact, sayNext, sayRefusal, sayRefusalShort } from './facts'
