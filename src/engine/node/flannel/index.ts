/** The Pods' network: subnets under leases in etcd, the tables they come to on each node, and the way a packet takes. */
export { Flannel, leaseSeconds, type FlannelKey, type FlannelOptions, type FlannelStore, type FlannelView, type SubnetLease } from './flannel'
export { configKey, flannelPrefix, mtuOf, nextFreeSubnet, parseNetwork, subnetKey, subnetOfKey, subnetsPrefix, type BackendType, type Network, type NetworkConfig, type SubnetAttrs } from './network'
export { flannelTables, packetPath, vxlanOverheadBytes, type FlannelTables, type Forwarding, type Hop, type Neighbour, type PacketEnd, type PacketPath, type Route } from './tables'
