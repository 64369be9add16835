import { Host } from '../host'
import type { Command } from '../protocol'

// postMessage on one side, the host on the other. A message channel yields to what waits without the 4 ms that timers are held back.
const channel = new MessageChannel()
const soon: (() => void)[] = []
channel.port1.onmessage = () => { soon.shift()?.() }

const host = new Host({
  send: (message, transfer) => { postMessage(message, transfer) },
  now: () => performance.now(),
  defer: (run, delayMs) => {
    if (delayMs > 0) setTimeout(run, delayMs)
    else {
      soon.push(run)
      channel.port2.postMessage(null)
    }
  },
})

onmessage = (event: MessageEvent<Command>) => { host.receive(event.data) }
