/** Texts to begin with. Names are placeholders that can be applied as they are. */
export const templates = {
  deployment: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: default
spec:
  replicas: 3
  selector:
    matchLabels: { app: web }
  template:
    metadata:
      labels: { app: web }
    spec:
      containers:
      - name: web
        image: shop/web:2.1
        resources:
          requests: { cpu: 500m, memory: 512Mi }
`,
  pod: `apiVersion: v1
kind: Pod
metadata:
  name: probe
  namespace: default
spec:
  containers:
  - name: probe
    image: shop/web:2.1
    resources:
      requests: { cpu: 250m, memory: 256Mi }
`,
  service: `apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: default
spec:
  selector: { app: web }
  ports:
  - port: 80
    targetPort: 8080
`,
  node: `apiVersion: v1
kind: Node
metadata:
  name: node-g
  labels:
    kubernetes.io/hostname: node-g
    topology.kubernetes.io/zone: zone-a
status:
  capacity: { cpu: "4", memory: 8Gi, pods: "110" }
  allocatable: { cpu: "4", memory: 8Gi, pods: "110" }
`,
} as const satisfies Record<string, string>

export type TemplateName = keyof typeof templates
