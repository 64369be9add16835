// tsx has esbuild keep the name of every function by defining it again, for each closure that is made while the program runs: in a
// hot loop that costs a tenth of the time. Nothing is renamed here, so each function has its name already and there is nothing to define.
const define = Object.defineProperty
Object.defineProperty = function defineProperty(target, key, descriptor) {
  return key === 'name' && typeof target === 'function' ? target : define(target, key, descriptor)
}
