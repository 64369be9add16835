import { base64OfText } from '../../base'
import { ApiError, keyOf, resources, type Secret, type ServiceAccount } from '../../api'
import type { Informer } from '../client'
import { rootCertificate } from './certificate'
import { Controller, type ControllerEnvironment, type SyncQueue } from './controller'
import { byName, byNamespace } from './owners'

const tokenType = 'kubernetes.io/service-account-token'
const nameAnnotation = 'kubernetes.io/service-account.name'
const uidAnnotation = 'kubernetes.io/service-account.uid'

/**
 * Fills in token Secrets that somebody asked for by hand, and removes them with their ServiceAccount. Tokens of Pods are bound
 * tokens and need no Secret. Upstream: pkg/controller/serviceaccount, TokensController.
 */
export class TokenController extends Controller {
  readonly #accounts: Informer<ServiceAccount>
  readonly #secrets: Informer<Secret>
  readonly #queue: SyncQueue

  constructor(environment: ControllerEnvironment) {
    super(environment, { name: 'token', component: 'serviceaccount-token-controller' })
    this.#queue = this.addQueue((key) => { this.#sync(key) })
    this.#accounts = this.watches(environment.informers.for<ServiceAccount>(resources.serviceaccounts))
    this.#secrets = this.watches(environment.informers.for<Secret>(resources.secrets)).addIndex('namespace', byNamespace)
    const accountChanged = (account: ServiceAccount): void => {
      for (const secret of [...this.#secrets.byIndex('namespace', account.metadata.namespace ?? '')].sort(byName)) {
        if (secret.type === tokenType && secret.metadata.annotations?.[nameAnnotation] === account.metadata.name) this.#queue.addObject(secret)
      }
    }
    this.#accounts.addHandler({ onAdd: accountChanged, onDelete: accountChanged })
    const secretChanged = (secret: Secret): void => { if (secret.type === tokenType) this.#queue.addObject(secret) }
    this.#secrets.addHandler({ onAdd: secretChanged, onUpdate: (_old, secret) => { secretChanged(secret) } })
  }

  #sync(key: string): void {
    const secret = this.#secrets.get(key)
    if (secret === undefined || secret.type !== tokenType || secret.metadata.deletionTimestamp !== undefined) return
    const namespace = secret.metadata.namespace ?? ''
    const name = secret.metadata.annotations?.[nameAnnotation] ?? ''
    const uid = secret.metadata.annotations?.[uidAnnotation]
    const account = this.#accounts.get(`${namespace}/${name}`) ?? this.client.find<ServiceAccount>({ resource: resources.serviceaccounts, namespace, name })
    if (account === undefined || (uid !== undefined && uid !== account.metadata.uid)) {
      try {
        this.client.delete({ resource: resources.secrets, namespace, name: secret.metadata.name ?? '' }, { preconditions: { uid: secret.metadata.uid ?? '' } })
      } catch (error) {
        if (!ApiError.is(error, 'NotFound') && !ApiError.is(error, 'Conflict')) throw error
      }
      return
    }
    const data = secret.data ?? {}
    if (data['token'] !== undefined && data['ca.crt'] !== undefined && data['namespace'] !== undefined && uid !== undefined) return
    const token = `berth.${base64OfText(`{"sub":"system:serviceaccount:${namespace}:${name}"}`)}.${this.context.random.text(43, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_')}`
    this.client.update<Secret>(resources.secrets, {
      ...secret,
      metadata: { ...secret.metadata, annotations: { ...secret.metadata.annotations, [uidAnnotation]: account.metadata.uid ?? '' } },
      data: { 'ca.crt': base64OfText(rootCertificate), namespace: base64OfText(namespace), token: base64OfText(token), ...data },
    })
    this.context.trace({ type: 'note', from: this.context.name, what: 'token-made', subject: keyOf(secret) })
  }
}
