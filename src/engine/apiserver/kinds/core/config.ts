import { base64OfText } from '../../../../base'
import { resources, type ConfigMap, type Secret, type ServiceAccount } from '../../../../api'
import { kind } from '../kind'
import { validateConfigMap, validateConfigMapUpdate, validateSecret, validateSecretUpdate } from './validation'
import { ageColumn, nameColumn, text } from '../print'

export const configMaps = kind<ConfigMap>({
  resource: resources.configmaps,
  type: 'core.v1.ConfigMap',
  validate: validateConfigMap,
  validateUpdate: validateConfigMapUpdate,
  columns: [nameColumn, text('Data'), ageColumn],
  cells: ({ metadata, data, binaryData }, age) => [metadata.name ?? '', Object.keys(data ?? {}).length + Object.keys(binaryData ?? {}).length, age(metadata.creationTimestamp)],
})

export const secrets = kind<Secret>({
  resource: resources.secrets,
  type: 'core.v1.Secret',
  legacyFieldLabels: true,
  selectableFields: { type: (secret) => secret.type ?? '' },
  setDefaults(secret) {
    secret.type ??= 'Opaque'
    // stringData is only a way to write data. Upstream: Convert_v1_Secret_To_core_Secret.
    if (secret.stringData !== undefined) {
      const data: Record<string, string> = { ...secret.data }
      for (const [key, value] of Object.entries(secret.stringData)) data[key] = base64OfText(value)
      if (Object.keys(data).length > 0) secret.data = data
      delete secret.stringData
    }
  },
  validate: validateSecret,
  validateUpdate: validateSecretUpdate,
  columns: [nameColumn, text('Type'), text('Data'), ageColumn],
  cells: ({ metadata, type, data }, age) => [metadata.name ?? '', type ?? '', Object.keys(data ?? {}).length, age(metadata.creationTimestamp)],
})

export const serviceAccounts = kind<ServiceAccount>({
  resource: resources.serviceaccounts,
  type: 'core.v1.ServiceAccount',
  returnsDeleted: true,
  subresources: [{ name: 'token', kind: 'TokenRequest', verbs: ['create'], group: 'authentication.k8s.io', version: 'v1' }],
  columns: [nameColumn, ageColumn],
  cells: ({ metadata }, age) => [metadata.name ?? '', age(metadata.creationTimestamp)],
})
