const kubectlNames: Readonly<Record<string, string>> = {
  Deployment: 'deployment', StatefulSet: 'statefulset', DaemonSet: 'daemonset', ReplicaSet: 'replicaset', ReplicationController: 'replicationcontroller', Job: 'job', Pod: 'pod', CronJob: 'cronjob',
}

/** "deployment/web", as kubectl takes it. */
export function targetOf({ kind, name }: { readonly kind: string; readonly name: string }): string {
  return `${kubectlNames[kind] ?? kind.toLowerCase()}/${name}`
}

/** What can stand for an image in a command line: no blanks, no quotes. */
export const imagePattern = /^[\w][\w./:@-]*$/

/** The next image one would likely want: the last number of the tag and one more. */
export function nextImage(image: string): string {
  const match = /^(.*?)(\d+)(\D*)$/.exec(image)
  const colon = image.lastIndexOf(':')
  if (match === null || colon < 0 || (match[1] ?? '').length <= colon - 1) return image
  return `${match[1] ?? ''}${Number(match[2]) + 1}${match[3] ?? ''}`
}
