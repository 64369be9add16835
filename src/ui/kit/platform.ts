/** "⌘" where that key is, otherwise "Ctrl ". */
export const modKey = typeof navigator !== 'undefined' && /Mac|iP(hone|ad|od)/.test(navigator.userAgent) ? '⌘' : 'Ctrl '
