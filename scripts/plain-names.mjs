// tsx has esbuild keep the name of every function by defining it again, for each closure that is made while the program runs: in a
// hot loop that costs a fifth of the time. Where the name is what it is already, there is nothing to define.
const define = Object.defineProperty
Object.defineProperty = function defineProperty(target, key, descriptor) {
  return key === 'name' && typeof target === 'function' && target.name === descriptor.value ? target : define(target, key, descriptor)
}
