import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Opens a server: at `port`, or, when that is only a wish, at the next free one of the following twenty. Gives the port. */
export async function listen(server: Server, host: string, port: number, isWish: boolean): Promise<number> {
  for (let tried = port; ; tried++) {
    const error = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
      server.once('error', resolve)
      server.listen(tried, host, () => {
        server.off('error', resolve)
        resolve(undefined)
      })
    })
    if (error === undefined) return (server.address() as AddressInfo).port
    if (error.code !== 'EADDRINUSE' || !isWish || tried >= port + 20) throw error
  }
}

/** Ends with the first signal, or with the process that started this one: open connections are cut, so nothing keeps the process. */
export function closeOnSignal(close: () => void): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, close)
  if (process.channel === undefined) return
  process.once('disconnect', close)
  // Waiting for that alone keeps nobody alive.
  process.channel?.unref()
}

/** A TCP port, or undefined. */
export function portOf(text: string): number | undefined {
  return /^[0-9]{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined
}
