import './kit/styles.css'
import { start } from './app'

start(document.getElementById('root') as HTMLElement)
