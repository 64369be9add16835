/**
 * The cluster's root certificate, as text. Nothing here speaks TLS, so it stands for one and opens nothing: the body is not a
 * certificate and there is no key.
 */
export const rootCertificate = [
  '-----BEGIN CERTIFICATE-----',
  'QmVydGg6IGEgY2x1c3RlciBpbiBhIGJyb3dzZXIgdGFiIG5lZWRzIG5vIFRMUy4gVGhpcyB0ZXh0',
  'IHN0YW5kcyB3aGVyZSBhIHJlYWwgY2x1c3RlciBoYXMgaXRzIHJvb3QgY2VydGlmaWNhdGUu',
  '-----END CERTIFICATE-----',
  '',
].join('\n')
