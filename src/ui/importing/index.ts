/** Files from outside: dropped anywhere, chosen or pasted; read by the host; what became of them is reported. */
export { chooseFiles, DropZone } from './DropZone'
