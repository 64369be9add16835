/** The Traffic view: a Service's requests walk kube-proxy's rules, drawn as they stand in iptables, IPVS or the userspace process. */
export { TrafficView } from './TrafficView'
