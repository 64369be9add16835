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

/** Text as base64 of its UTF-8 bytes. */
export function base64Of(text: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  const bytes: number[] = []
  for (const character of text) {
    const code = character.codePointAt(0) as number
    if (code < 0x80) bytes.push(code)
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63))
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
    else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
  }
  let out = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b = 0, c = 0] = [bytes[i], bytes[i + 1], bytes[i + 2]]
    out += alphabet.charAt(a >> 2) + alphabet.charAt(((a & 3) << 4) | (b >> 4))
    out += i + 1 < bytes.length ? alphabet.charAt(((b & 15) << 2) | (c >> 6)) : '='
    out += i + 2 < bytes.length ? alphabet.charAt(c & 63) : '='
  }
  return out
}

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
      for (const [key, value] of Object.entries(secret.stringData)) data[key] = base64Of(value)
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
