/** kube-proxy of every node, and the requests that go through it. */
export { readConfiguration, writeConfiguration } from './config'
export { KubeProxies } from './kube-proxies'
