/** The page's end of the road from a kubectl to the open cluster; the server's is src/server/tab-gateway.ts. */
export { bridgeAddress, startBridge, type BridgeTransport, type EventStream } from './bridge'
