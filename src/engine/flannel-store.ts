import type { ApiObject } from '../api'
import { prefixEnd, EtcdError, type Etcd } from './etcd'
import type { FlannelStore } from './node'

/** etcd as flannel needs it. Values are opaque to the store: flannel's stand beside the api-server's objects, under keys of their own. */
export function flannelStore(etcd: Etcd<ApiObject>): FlannelStore {
  return {
    get revision() { return etcd.revision },
    get: (key) => etcd.get(key),
    list: (prefix, revision = 0) => {
      try {
        return etcd.list({ key: prefix, rangeEnd: prefixEnd(prefix) }, { revision }).kvs
      } catch (error) {
        if (error instanceof EtcdError) return undefined
        throw error
      }
    },
    put: (key, value, lease) => { etcd.putIf(key, undefined, value as unknown as ApiObject, lease) },
    grant: (ttlSeconds) => etcd.leaseGrant({ ttl: ttlSeconds }).id,
    keepAlive: (lease) => etcd.leaseKeepAlive(lease).ttl > 0,
    secondsLeft: (lease) => etcd.leaseTimeToLive(lease).ttl,
  }
}
