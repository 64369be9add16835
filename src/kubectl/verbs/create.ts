import { base64OfText } from '../../base'
import { ApiError, type ApiObject } from '../../api'
import { errorText } from '../access'
import { dryRunFlag, fileFlags, outputFlag, type Invocation, type Verb } from '../command'
import { CommandError } from '../environment'
import { createObject, report, targetsOfFiles } from './write'

const pairsOf = (pairs: readonly string[], flag: string): Record<string, string> => Object.fromEntries(pairs.map((pair) => {
  const equals = pair.indexOf('=')
  if (equals <= 0) throw new CommandError(`error: invalid --${flag} value "${pair}": expected key=value`)
  return [pair.slice(0, equals), pair.slice(equals + 1)]
}))

/** What `kubectl create <word>` makes. Upstream: kubectl cmd/create. */
const makers: Readonly<Record<string, (invocation: Invocation, name: string, words: readonly string[]) => ApiObject>> = {
  namespace: (_invocation, name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }),
  serviceaccount: ({ namespace }, name) => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } }),
  configmap: ({ flags, namespace }, name) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data: pairsOf(flags.list('from-literal'), 'from-literal') }),
  secret: ({ flags, namespace }, _type, [name = '']) => ({
    apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, type: flags.string('type') ?? 'Opaque',
    data: Object.fromEntries(Object.entries(pairsOf(flags.list('from-literal'), 'from-literal')).map(([key, value]) => [key, base64OfText(value)])),
  }),
  deployment: ({ flags, namespace, rest }, name) => {
    const images = flags.list('image')
    if (images.length === 0) throw new CommandError('error: required flag(s) "image" not set')
    const port = flags.integer('port')
    return {
      apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace, labels: { app: name } },
      spec: {
        replicas: flags.integer('replicas') ?? 1, selector: { matchLabels: { app: name } },
        template: { metadata: { labels: { app: name } }, spec: { containers: images.map((image) => ({ name: containerName(image), image, resources: {}, ...(rest.length > 0 ? { command: rest } : {}), ...(port === undefined ? {} : { ports: [{ containerPort: port }] }) })) } },
      },
    }
  },
  job: ({ flags, namespace, rest }, name) => {
    const image = flags.list('image')[0]
    if (image === undefined) throw new CommandError('error: either --image or --from must be specified')
    return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name, namespace }, spec: { template: { spec: { containers: [{ name, image, resources: {}, ...(rest.length > 0 ? { command: rest } : {}) }], restartPolicy: 'Never' } } } }
  },
  cronjob: ({ flags, namespace, rest }, name) => {
    const image = flags.list('image')[0]
    const schedule = flags.string('schedule')
    if (image === undefined || schedule === undefined) throw new CommandError('error: required flag(s) "image", "schedule" not set')
    return { apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name, namespace }, spec: { schedule, jobTemplate: { metadata: { name }, spec: { template: { spec: { containers: [{ name, image, resources: {}, ...(rest.length > 0 ? { command: rest } : {}) }], restartPolicy: flags.string('restart') ?? 'OnFailure' } } } } } }
  },
  service: ({ flags, namespace }, type, [name = '']) => {
    const kinds: Record<string, string> = { clusterip: 'ClusterIP', nodeport: 'NodePort', loadbalancer: 'LoadBalancer' }
    const kind = kinds[type]
    if (kind === undefined) throw new CommandError(`error: unknown command "${type}"\nSee 'kubectl create service -h' for help and examples`)
    const ports = flags.list('tcp').map((pair) => {
      const [port = '', target] = pair.split(':')
      return { name: pair.replace(':', '-'), port: Number(port), protocol: 'TCP', targetPort: target === undefined ? Number(port) : /^\d+$/.test(target) ? Number(target) : target }
    })
    return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace, labels: { app: name } }, spec: { ports, selector: { app: name }, type: kind } }
  },
  priorityclass: ({ flags }, name) => ({ apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name }, value: flags.integer('value') ?? 0, globalDefault: flags.bool('global-default'), description: flags.string('description') ?? '', preemptionPolicy: flags.string('preemption-policy') ?? 'PreemptLowerPriority' }),
  poddisruptionbudget: ({ flags, namespace }, name) => {
    const selector = flags.string('selector')
    if (selector === undefined) throw new CommandError('error: a selector must be specified')
    const amount = (text: string | undefined): string | number | undefined => (text === undefined ? undefined : /^\d+$/.test(text) ? Number(text) : text)
    const [min, max] = [amount(flags.string('min-available')), amount(flags.string('max-unavailable'))]
    if ((min === undefined) === (max === undefined)) throw new CommandError('error: one of min-available or max-unavailable must be specified')
    return { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name, namespace }, spec: { ...(min === undefined ? { maxUnavailable: max } : { minAvailable: min }), selector: { matchLabels: pairsOf(selector.split(','), 'selector') } } }
  },
  quota: ({ flags, namespace }, name) => ({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name, namespace }, spec: { hard: pairsOf((flags.string('hard') ?? '').split(',').filter((pair) => pair !== ''), 'hard') } }),
}

const aliases: Readonly<Record<string, string>> = { ns: 'namespace', sa: 'serviceaccount', cm: 'configmap', deploy: 'deployment', cj: 'cronjob', svc: 'service', pc: 'priorityclass', pdb: 'poddisruptionbudget', resourcequota: 'quota' }

function containerName(image: string): string {
  const last = image.split('/').at(-1) as string
  return last.split(/[:@]/)[0]?.toLowerCase().replace(/[^a-z0-9-]/g, '-') ?? 'app'
}

export const create: Verb = {
  name: 'create',
  about: 'Create a resource from a file or from stdin',
  completes: 'none',
  subverbs: Object.keys(makers),
  flags: [
    ...fileFlags, outputFlag, dryRunFlag, { name: 'image', type: 'list' }, { name: 'replicas', short: 'r', type: 'string' }, { name: 'port', type: 'string' },
    { name: 'from-literal', type: 'texts' }, { name: 'type', type: 'string' }, { name: 'tcp', type: 'list' }, { name: 'schedule', type: 'string' }, { name: 'restart', type: 'string' },
    { name: 'value', type: 'string' }, { name: 'global-default', type: 'bool' }, { name: 'description', type: 'string' }, { name: 'preemption-policy', type: 'string' },
    { name: 'selector', type: 'string' }, { name: 'min-available', type: 'string' }, { name: 'max-unavailable', type: 'string' }, { name: 'hard', type: 'string' }, { name: 'validate', type: 'string', bare: 'strict' }, { name: 'save-config', type: 'bool' },
  ],
  async run(invocation) {
    const { access, environment, words, flags, namespace } = invocation
    if (flags.list('filename').length > 0) {
      let failed = false
      for (const { object, target } of await targetsOfFiles(invocation)) {
        try {
          report(environment, flags, target.resource, await createObject(access, target.resource, object, namespace, flags, 'kubectl-create'), 'created')
        } catch (error) {
          if (!(error instanceof ApiError)) throw error
          failed = true
          environment.error(error.reason === 'Invalid' ? errorText(error) : `Error from server (${error.reason}): error when creating "${flags.list('filename')[0] ?? ''}": ${error.message}`)
        }
      }
      if (failed) throw new CommandError('')
      return
    }
    const [word, name, ...rest] = words
    const maker = word === undefined ? undefined : makers[aliases[word] ?? word]
    if (word === undefined || maker === undefined || !Object.hasOwn(makers, aliases[word] ?? word)) throw new CommandError(word === undefined ? 'error: must specify one of -f and -k' : `error: unknown command "${word}"\nSee 'kubectl create -h' for help and examples`)
    if (name === undefined) throw new CommandError(`error: exactly one NAME is required, got 0\nSee 'kubectl create ${word} -h' for help and examples`)
    const object = maker(invocation, name, rest)
    const resource = await access.resourceOf(object)
    report(environment, flags, resource, await createObject(access, resource, object, namespace, flags, 'kubectl-create'), 'created')
  },
}
