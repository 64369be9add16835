/** A text that somebody could paste or drop and that is wrong. */
export interface HostileInput {
  readonly name: string
  readonly text: string
  /** Who has to notice: the reader of manifests, or the api-server (then `text` is one readable manifest). */
  readonly by: 'manifest' | 'apiserver'
  /** What the message must say. */
  readonly says: RegExp
}

const pod = (spec: string, metadata = 'name: web'): string => `apiVersion: v1\nkind: Pod\nmetadata: {${metadata}}\nspec: ${spec}\n`
const container = (fields: string): string => pod(`{containers: [{name: app, image: nginx, ${fields}}]}`)
const request = (amount: string): string => container(`resources: {requests: {cpu: ${amount}}}`)
const labelled = (labels: string): string => pod('{containers: [{name: app, image: nginx}]}', `name: web, labels: ${labels}`)
const bomb = (levels: number): string => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
  for (let i = 1; i <= levels; i++) lines.push(`a${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join(', ')}]`)
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: bomb}\n${lines.join('\n')}\n`
}

const manifest = (name: string, text: string, says: RegExp): HostileInput => ({ name, text, by: 'manifest', says })
const apiserver = (name: string, text: string, says: RegExp): HostileInput => ({ name, text, by: 'apiserver', says })

const head = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n'

export const hostileInputs: readonly HostileInput[] = [
  // Aliases and anchors.
  manifest('a YAML bomb', bomb(8), /aliases blow/),
  manifest('a YAML bomb of 30 levels', bomb(30), /aliases blow/),
  manifest('a bomb of merge keys', `a0: &a0 {k: v}\n${Array.from({ length: 20 }, (_, i) => `a${i + 1}: &a${i + 1} {x: [*a${i}, *a${i}, *a${i}], <<: *a${i}}`).join('\n')}\n`, /aliases blow/),
  manifest('an anchor that contains itself', 'apiVersion: v1\nkind: ConfigMap\ndata: &a\n  b: *a\n', /contains itself/),
  manifest('a list that contains itself', '&a [*a]', /contains itself/),
  manifest('an alias without an anchor', `${head}data: *nowhere\n`, /no anchor/),
  manifest('an alias as a key', 'a: &a x\n*a : y\n', /key must be a text/),
  manifest('an anchor of another document', 'a: &a x\n---\nb: *a\n', /no anchor/),
  manifest('a merge key of a text', `${head}data: {<<: text}\n`, /merge key/),
  // Keys.
  manifest('__proto__ in YAML', `${head}__proto__:\n  polluted: yes\n`, /__proto__/),
  manifest('__proto__ deep in YAML', `${head}data:\n  __proto__: {polluted: "yes"}\n`, /__proto__/),
  manifest('__proto__ in quotes', `${head}"__proto__": {polluted: "yes"}\n`, /__proto__/),
  manifest('__proto__ written with an escape', `${head}"\\x5f_proto__": {polluted: "yes"}\n`, /__proto__/),
  manifest('__proto__ in JSON', '{"apiVersion":"v1","kind":"Pod","__proto__":{"polluted":true}}', /__proto__/),
  manifest('__proto__ in JSON with an escape', '{"apiVersion":"v1","kind":"Pod","\\u005f_proto__":{"polluted":true}}', /__proto__/),
  manifest('__proto__ by a merge key', `x: &x {__proto__: {polluted: yes}}\n<<: *x\n`, /__proto__/),
  manifest('a key twice', `${head}data: {}\ndata: {}\n`, /twice/),
  manifest('a key twice in JSON', '{"apiVersion":"v1","kind":"Pod","kind":"Node"}', /twice/),
  manifest('a key twice, once as a number', `${head}data: {1: a, "1": b}\n`, /twice/),
  manifest('a key twice, written differently', `${head}data: {yes: a, on: b}\n`, /twice/),
  manifest('a list as a key', '? [a, b]\n: c\n', /key must be a text/),
  manifest('an object as a key', '{a: b}: c\n', /key must be a text/),
  manifest('null as a key', '~: c\n', /not null/),
  manifest('no key', ': c\n', /key must be a text, not null/),
  // Not a text.
  manifest('zero bytes', '\0\0\0\0', /U\+0000/),
  manifest('the head of a PNG', '\u0089PNG\r\n\u001a\n\0\0\0', /control character/),
  manifest('the head of an executable', '\u007fELF\u0002\u0001\u0001\0', /control character/),
  manifest('UTF-16 read as UTF-8', 'a\0p\0i\0', /control character/),
  manifest('an escape sequence of a terminal', `${head}data: {a: "\u001b[31m"}\n`, /U\+001B/),
  // Broken YAML.
  manifest('tabs for indentation', 'apiVersion: v1\nkind: Pod\nmetadata:\n\tname: web\n', /tab/i),
  manifest('wrong indentation', 'apiVersion: v1\n  kind: Pod\n', /./),
  manifest('a list and an object at one level', 'a: 1\n- b\n', /./),
  manifest('an unclosed bracket', 'apiVersion: v1\nkind: [Pod\n', /./),
  manifest('an unclosed brace', '{apiVersion: v1, kind: Pod\n', /./),
  manifest('an unclosed quotation mark', 'apiVersion: v1\nkind: "Pod\n', /quote/),
  manifest('an unclosed single quotation mark', "apiVersion: v1\nkind: 'Pod\n", /quote/),
  manifest('two values on a line', 'apiVersion: v1 : v2\n', /./),
  manifest('a reserved character', 'a: @b\n', /./),
  manifest('a backtick', 'a: `b`\n', /./),
  manifest('an unknown escape', 'a: "\\q"\n', /escape/),
  manifest('a percent sign', '%nonsense\n---\na: b\n', /apiVersion|directive/i),
  manifest('an unknown tag', 'apiVersion: !!python/object:os.system v1\nkind: Pod\n', /tag/),
  manifest('a tag for binary data', `${head}data: {a: !!binary AAAA}\n`, /tag/),
  manifest('a tag that is not true', `${head}data: {a: !!int x}\n`, /tag/),
  manifest('a set', 'apiVersion: v1\nkind: !!set {a, b}\n', /tag/),
  manifest('merge conflict markers', '<<<<<<< HEAD\napiVersion: v1\n=======\nkind: Pod\n>>>>>>> main\n', /./),
  manifest('a Helm template', 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}\n', /./),
  manifest('a Helm condition', '{{- if .Values.enabled }}\napiVersion: v1\n{{- end }}\n', /./),
  manifest('HTML', '<!DOCTYPE html>\n<html><body>404</body></html>\n', /./),
  manifest('a shell script', '#!/bin/sh\nset -e\nexit 1\n', /object with apiVersion/),
  manifest('prose', 'Dear cluster, please run my Pod.\n', /object with apiVersion/),
  manifest('one word', 'Pod', /object with apiVersion/),
  manifest('a number', '42', /object with apiVersion/),
  manifest('a URL', 'https://example.com/pod.yaml', /object with apiVersion/),
  // Broken JSON.
  manifest('JSON cut off', '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"we', /closing quotation mark/),
  manifest('JSON cut off between members', '{"apiVersion":"v1","kind":"Pod",', /key in quotation marks/),
  manifest('a comma too many', '{"apiVersion":"v1","kind":"Pod",}', /comma before/),
  manifest('a comma too few', '{"apiVersion":"v1" "kind":"Pod"}', /comma or a closing brace/),
  manifest('a list with a comma too many', '{"apiVersion":"v1","kind":"Pod","a":[1,]}', /value is expected/),
  manifest('a comment in JSON', '{"apiVersion":"v1", // version\n"kind":"Pod"}', /key in quotation marks/),
  manifest('a line break in a JSON text', '{"apiVersion":"v1\n"}', /./),
  manifest('NaN in JSON', '{"apiVersion":"v1","kind":"Pod","a":NaN}', /value is expected/),
  manifest('undefined in JSON', '{"apiVersion":"v1","kind":"Pod","a":undefined}', /value is expected/),
  manifest('1e400 in JSON', '{"apiVersion":"v1","kind":"Pod","a":1e400}', /too large/),
  manifest('a leading zero in JSON', '{"apiVersion":"v1","kind":"Pod","a":012}', /./),
  // Numbers.
  manifest('an integer beyond 2^53', `${head}data: {a: 9007199254740993}\n`, /2\^53/),
  manifest('an integer beyond 2^53 in JSON', '{"apiVersion":"v1","kind":"Pod","a":9007199254740993}', /2\^53/),
  manifest('a hexadecimal integer beyond 2^53', `${head}data: {a: 0xffffffffffffffff}\n`, /2\^53/),
  manifest('an integer of 1000 digits', `${head}data: {a: ${'9'.repeat(300)}}\n`, /2\^53/),
  manifest('.nan', `${head}data: {a: .nan}\n`, /JSON/),
  manifest('-.inf', `${head}data: {a: -.inf}\n`, /JSON/),
  // Shape.
  manifest('a list of objects', '- apiVersion: v1\n  kind: Pod\n', /not a list/),
  manifest('a JSON list', '[{"apiVersion":"v1","kind":"Pod"}]', /not a list/),
  manifest('no apiVersion', 'kind: Pod\nmetadata: {name: a}\n', /apiVersion: not set/),
  manifest('no kind', 'apiVersion: v1\nmetadata: {name: a}\n', /kind: not set/),
  manifest('a kind that is a number', 'apiVersion: v1\nkind: 1\n', /kind: must be a text/),
  manifest('an apiVersion that is a number', 'apiVersion: 1\nkind: Pod\n', /apiVersion: must be a text/),
  manifest('a kind that is null', 'apiVersion: v1\nkind:\n', /kind: must be a text/),
  manifest('a kind that is an object', 'apiVersion: v1\nkind: {a: b}\n', /kind: must be a text/),
  manifest('metadata that is a text', 'apiVersion: v1\nkind: Pod\nmetadata: web\n', /metadata: must be an object/),
  manifest('metadata that is a list', 'apiVersion: v1\nkind: Pod\nmetadata: [web]\n', /metadata: must be an object/),
  manifest('a List in a List', 'apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: List\n  items: []\n', /List inside a List/),
  manifest('a List whose items are no list', 'apiVersion: v1\nkind: List\nitems: {a: b}\n', /items: must be a list/),
  manifest('a List of texts', 'apiVersion: v1\nkind: List\nitems: [a, b]\n', /items\[0\]/),
  manifest('a List with a hole', 'apiVersion: v1\nkind: List\nitems: [null]\n', /items\[0\]/),
  manifest('an item without a kind', 'apiVersion: v1\nkind: List\nitems: [{apiVersion: v1}]\n', /items\[0\]\.kind: not set/),
  // Depth and size.
  manifest('100,000 brackets', '['.repeat(100_000), /./),
  manifest('100,000 JSON objects inside each other', `${'{"a":'.repeat(100_000)}1`, /deep/),
  manifest('500 levels of YAML', `${Array.from({ length: 500 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')}\n`, /deep/),
  manifest('5,000 dashes on one line', `${'- '.repeat(5_000)}a\n`, /deep/),
  manifest('a table', 'name,cpu,memory\nweb,1,2\n', /object with apiVersion/),

  // Readable, and wrong.
  apiserver('an empty object', 'apiVersion: v1\nkind: Pod\n', /name|Required/),
  apiserver('an unknown kind', 'apiVersion: v1\nkind: Pot\nmetadata: {name: a}\n', /Pot|find|match|resource/),
  apiserver('an unknown group', 'apiVersion: example.com/v1\nkind: Pod\nmetadata: {name: a}\n', /find|match|resource/),
  apiserver('an apiVersion with two slashes', 'apiVersion: a/b/c\nkind: Pod\nmetadata: {name: a}\n', /./),
  apiserver('a name with a slash', pod('{containers: [{name: app, image: nginx}]}', 'name: a/b'), /name|find|Invalid/),
  apiserver('a name that climbs', pod('{containers: [{name: app, image: nginx}]}', 'name: ../../nodes/a'), /name|find|Invalid/),
  apiserver('a name with capitals', pod('{containers: [{name: app, image: nginx}]}', 'name: Web'), /RFC 1123/),
  apiserver('a name of 300 characters', pod('{containers: [{name: app, image: nginx}]}', `name: ${'a'.repeat(300)}`), /253|must be no more|Invalid/),
  apiserver('a name that is a number', pod('{containers: [{name: app, image: nginx}]}', 'name: 1'), /name|string|unmarshal/),
  apiserver('a namespace that is not there', pod('{containers: [{name: app, image: nginx}]}', 'name: web, namespace: nowhere'), /not found/),
  apiserver('a label of 5 MB', labelled(`{a: ${'x'.repeat(5_000_000)}}`), /63|large|long|label/),
  apiserver('a label with spaces', labelled('{a: "b c"}'), /label|Invalid/),
  apiserver('a label key of 300 characters', labelled(`{${'a'.repeat(300)}: b}`), /63|Invalid/),
  apiserver('labels that are a list', labelled('[a, b]'), /labels|unmarshal/),
  apiserver('a label that is a number', labelled('{a: 1}'), /labels|unmarshal|string/),
  apiserver('no containers', pod('{}'), /containers/),
  apiserver('containers that are null', pod('{containers: null}'), /containers/),
  apiserver('containers that are an object', pod('{containers: {name: app}}'), /containers|unmarshal/),
  apiserver('a spec that is a text', 'apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: nginx\n', /spec|unmarshal/),
  apiserver('a container without a name', pod('{containers: [{image: nginx}]}'), /name/),
  apiserver('a container without an image', pod('{containers: [{name: app}]}'), /image/),
  apiserver('two containers of one name', pod('{containers: [{name: app, image: a}, {name: app, image: b}]}'), /Duplicate/),
  apiserver('a request that is NaN', request('NaN'), /quantit|NaN/i),
  apiserver('a request of 1e400 apples', request('1e400apples'), /quantit/i),
  apiserver('a negative request', request('-1'), /greater than or equal to 0|must be/),
  apiserver('a request that is a word', request('lots'), /quantit/i),
  apiserver('a request that is an object', request('{}'), /quantit|unmarshal/i),
  apiserver('a request above its limit', container('resources: {requests: {cpu: 2}, limits: {cpu: 1}}'), /less than or equal to cpu limit/),
  apiserver('a port of 70000', container('ports: [{containerPort: 70000}]'), /65535/),
  apiserver('a port that is a text', container('ports: [{containerPort: http}]'), /containerPort|unmarshal/),
  apiserver('a port that is a fraction', container('ports: [{containerPort: 80.5}]'), /containerPort|unmarshal/),
  apiserver('an unknown pull policy', container('imagePullPolicy: Sometimes'), /Sometimes|supported/),
  apiserver('an unknown restart policy', pod('{restartPolicy: Maybe, containers: [{name: app, image: nginx}]}'), /Maybe|supported/),
  apiserver('a toleration of an unknown effect', pod('{tolerations: [{effect: Nothing}], containers: [{name: app, image: nginx}]}'), /Nothing|supported|toleration/),
  apiserver('a node affinity with an unknown operator', pod('{affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: Near}]}]}}}, containers: [{name: app, image: nginx}]}'), /operator/),
  apiserver('a priority class that is not there', pod('{priorityClassName: nowhere, containers: [{name: app, image: nginx}]}'), /nowhere|PriorityClass/),
  apiserver('replicas below zero', 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: -1, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: app, image: nginx}]}}}\n', /replicas/),
  apiserver('a selector that does not select', 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {c: d}}, spec: {containers: [{name: app, image: nginx}]}}}\n', /selector/),
]
