/** The Pods' network: subnets under leases in etcd, the tables they come to on each node, and the way a packet takes. */
export { Flannel, type FlannelStore, type FlannelView } from './flannel'
export { configKey, nextFreeSubnet, parseNetwork, subnetKey, subnetOfKey, subnetsPrefix } from './network'
export { flannelTables, packetPath, type FlannelTables, type PacketPath } from './tables'
