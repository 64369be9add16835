/** Made when the page is built (scripts/kubernetes-descriptions.ts). Half a megabyte of text: import it only when somebody asks. */
declare module 'virtual:kubernetes-descriptions' {
  /** What Kubernetes says of a type (core.v1.PodSpec) or of a field of it. */
  export function describeField(type: string, field?: string): string | undefined
}
