const kubectlNames: Readonly<Record<string, string>> = {
  Deployment: 'deployment', StatefulSet: 'statefulset', DaemonSet: 'daemonset', ReplicaSet: 'replicaset', ReplicationController: 'replicationcontroller', Job: 'job', Pod: 'pod', CronJob: 'cronjob',
}

/** "deployment/web", as kubectl takes it. */
export function targetOf({ kind, name }: { readonly kind: string; readonly name: string }): string {
  return `${kubectlNames[kind] ?? kind.toLowerCase()}/${name}`
}

/** What can stand for an image in a command line: no blanks, no quotes. */
export const imagePattern = /^[\w][\w./:@-]*$/

/** The next image one would likely want: the last number of the tag's version and one more. */
export function nextImage(image: string): string {
  const colon = image.lastIndexOf(':')
  const tag = image.slice(colon + 1)
  // What stands before a slash is a registry's port.
  const match = colon < 0 || tag.includes('/') ? null : /^(\D*(?:\d+\.)*)(\d+)(.*)$/.exec(tag)
  return match === null ? image : `${image.slice(0, colon + 1)}${match[1] ?? ''}${Number(match[2]) + 1}${match[3] ?? ''}`
}
