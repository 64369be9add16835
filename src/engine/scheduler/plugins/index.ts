/** The plugins that come with kube-scheduler v1.37, one file each, listed in registry.ts. FACTS.md lists the numbers they give with their answers. */
export { inTreePlugins } from './registry'
