/**
 * Who may import whom. What is not listed fails the test; what is listed is the whole of it.
 * A room's own files may import each other freely; from another room only its index.
 */
export const rooms = {
  base: [],
  /** The structure of all API types. A room of its own, so that a page may load it with the editor and not before. */
  'api/schema': ['base'],
  api: ['base', 'api/schema'],
  manifest: ['base', 'api'],
  kubectl: ['base', 'api'],
  'engine/kernel': ['base'],
  'engine/etcd': ['base', 'engine/kernel'],
  'engine/apiserver': ['base', 'api', 'engine/kernel', 'engine/etcd'],
  'engine/client': ['base', 'api', 'engine/kernel'],
  'engine/scheduler': ['base', 'api', 'engine/kernel', 'engine/client'],
  'engine/controllers': ['base', 'api', 'engine/kernel', 'engine/client'],
  'engine/node': ['base', 'api', 'engine/kernel', 'engine/client'],
  // The composition root: the only files that know all the rooms of the engine.
  engine: ['base', 'api', 'engine/kernel', 'engine/etcd', 'engine/apiserver', 'engine/client', 'engine/scheduler', 'engine/controllers', 'engine/node'],
  scenarios: ['base', 'api'],
  protocol: ['base', 'api'],
  host: ['base', 'api', 'manifest', 'protocol', 'engine', 'scenarios'],
  worker: ['base', 'api', 'protocol', 'host'],
  server: ['base', 'api', 'manifest', 'protocol', 'host', 'engine', 'scenarios'],
  'ui/kit': ['base', 'api', 'protocol'],
  'ui/store': ['base', 'api', 'manifest', 'protocol', 'ui/kit'],
  /** Every other folder of ui is a feature; ui/app composes them. */
  'ui/<feature>': ['base', 'api', 'api/schema', 'manifest', 'kubectl', 'protocol', 'ui/kit', 'ui/store'],
  'ui/app': ['base', 'api', 'manifest', 'protocol', 'ui/kit', 'ui/store', 'ui/<feature>'],
} as const satisfies Record<string, readonly string[]>

export type Room = keyof typeof rooms

/** Packages a room may use. A room that is not listed uses none. */
export const packages: Partial<Record<Room, readonly string[] | 'any'>> = {
  manifest: ['yaml'],
  'engine/apiserver': ['yaml'],
  server: ['any-node-builtin', 'yaml', 'protobufjs'],
  'ui/kit': 'any', 'ui/store': 'any', 'ui/<feature>': 'any', 'ui/app': 'any',
}

/** Imports that the table forbids and that stand all the same. Each with its reason; the list may only get shorter. */
export const exceptions: readonly { readonly from: string; readonly to: string; readonly reason: string }[] = [
  { from: 'src/ui/store', to: 'src/worker/worker.ts', reason: 'the address of the worker, not its code: new Worker(new URL(...)) is how a bundler finds it' },
]
