/** Fonts and style sheets, in the order in which they must come. */
import '@fontsource-variable/inter/wght.css'
import '@fontsource-variable/jetbrains-mono/wght.css'
import './tokens.css'
import './kit.css'
