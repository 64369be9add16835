import type { ApiObject } from '../api'
import { makeNamespace } from './builders'
import { emptySixNodes } from './six-nodes'

/** A shop's front with a log sidecar, probed every two seconds. What it uses at rest, and for each request a second, is its version's. */
function front(tag: string, cpuAtRest: string): ApiObject {
  const labels = { app: 'web' }
  return {
    apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop', labels, annotations: { 'kubernetes.io/change-cause': `shop/web:${tag}` } },
    spec: {
      replicas: 6, selector: { matchLabels: labels },
      template: {
        metadata: { labels, annotations: { 'berth.dev/usage.web': `cpu=${cpuAtRest}+3m/rps` } },
        spec: {
          containers: [
            {
              name: 'web', image: `shop/web:${tag}`, ports: [{ containerPort: 8080 }], resources: { requests: { cpu: '500m', memory: '384Mi' } },
              readinessProbe: { httpGet: { path: '/ready', port: 8080 }, initialDelaySeconds: 1, periodSeconds: 2, successThreshold: 2 },
            },
            { name: 'log', image: 'shop/log:1.4', resources: { requests: { cpu: '50m', memory: '64Mi' } } },
          ],
        },
      },
    },
  }
}

const service: ApiObject = {
  apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'shop', labels: { app: 'web' } },
  spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
}

const autoscaler: ApiObject = {
  apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: 'web', namespace: 'shop' },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, minReplicas: 4, maxReplicas: 8,
    metrics: [{ type: 'ContainerResource', containerResource: { container: 'web', name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } }],
  },
}

/** One of six may be away: a drain of a node with two of them has to wait for the first to come up elsewhere. */
const budget: ApiObject = {
  apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'web', namespace: 'shop' }, spec: { minAvailable: 5, selector: { matchLabels: { app: 'web' } } },
}

/**
 * A Deployment behind a Service, with an autoscaler that keeps its size and a budget that guards it. Its new version wants more CPU:
 * when the rolling update is through, the autoscaler adds two, which is all it may.
 */
export function rollingUpdateScenario(): { readonly objects: readonly ApiObject[]; readonly first: readonly ApiObject[]; readonly second: readonly ApiObject[] } {
  return { objects: [...emptySixNodes(), makeNamespace('shop')], first: [front('2.1', '330m'), service, budget, autoscaler], second: [front('2.2', '430m')] }
}
