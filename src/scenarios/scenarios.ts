import type { ApiObject } from '../api'
import { deploymentManifest, makeDeployment, mib } from './builders'
import { emptySixNodes, shapes, shop, webManifest } from './six-nodes'
import { rollingUpdateScenario } from './rolling-update'
import { textbookPolicyManifest, textbookScenario } from './textbook'
import type { Scenario } from './types'

/** A decision takes a good tenth of a second of virtual time: long enough to lay its steps on the timeline. */
const settings = { watchLatencyMs: 10, cycleMs: 120, syncMs: 30, pullBytesPerMs: 80_000, containerStartMs: 400 }

const podCreated = { type: 'request', what: 'create', resource: 'pods' } as const

/** One Pod that nobody owns, beside a shop that runs by itself. */
function firstPod(): Scenario {
  const pod: ApiObject = {
    apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web-x2lqp', namespace: 'shop', labels: { app: 'web' } },
    spec: {
      containers: [{ name: 'web', image: shapes.web.image.name, resources: { requests: { cpu: '500m', memory: '512Mi' } }, ports: [{ containerPort: 8080 }] }],
      ...shapes.web.spec,
    },
  }
  return {
    id: 'first-pod', titleKey: 'scenario.first-pod', seed: 14, settings, objects: shop({ owners: false }),
    steps: [{ at: 14_320, command: 'apply -f web-x2lqp.yaml', apply: [pod] }],
    restMs: 0, aheadMs: 8_000,
  }
}

function shopRollout(): Scenario {
  return {
    id: 'shop-rollout', titleKey: 'scenario.shop-rollout', seed: 1, settings, objects: shop({ owners: true }),
    steps: [{ at: 14_000, command: 'apply -f web.yaml', apply: [webManifest(6)] }],
    start: podCreated, restMs: 0, aheadMs: 8_000,
  }
}

/** Two Pods that ask for more than any node has left, and one capacity handle away from running. */
function nearlyFull(): Scenario {
  const ledger = {
    app: 'ledger', namespace: 'shop', image: { name: 'shop/ledger:4.2', sizeBytes: 260 * mib }, cpuMilli: 2200, memoryMi: 1536,
    spec: { nodeSelector: { 'kubernetes.io/arch': 'amd64' } },
  }
  return {
    id: 'nearly-full', titleKey: 'scenario.nearly-full', seed: 7, settings, objects: [...shop({ owners: true }), ...makeDeployment(ledger, 0, '4f6b8d9c7')],
    steps: [{ at: 12_000, command: 'apply -f ledger.yaml', apply: [deploymentManifest(ledger, 4)] }],
    start: { type: 'note', what: 'unschedulable' }, restMs: 0, aheadMs: 6_000,
  }
}

/** How Kubernetes works, as the book tells it. */
function textbook(): Scenario {
  const { objects, apply } = textbookScenario()
  return {
    id: 'textbook', titleKey: 'scenario.textbook', seed: 5, settings: { ...settings, schedulerConfiguration: textbookPolicyManifest }, objects,
    steps: apply.map(([at, command, wanted]) => ({ at, command, apply: wanted })),
    start: podCreated, restMs: 0, aheadMs: 8_000,
  }
}

/** A new image, rolled out between a ceiling and a floor. */
function rollingUpdate(): Scenario {
  const { objects, first, second } = rollingUpdateScenario()
  return {
    id: 'rolling-update', titleKey: 'scenario.rolling-update', seed: 2, settings, objects,
    steps: [{ at: 2_000, command: 'apply -f web.yaml', apply: first }, { at: 62_000, command: 'apply -f web.yaml', apply: second }],
    start: podCreated, restMs: 0, aheadMs: 12_000,
  }
}

function empty(): Scenario {
  return { id: 'empty', titleKey: 'scenario.empty', seed: 3, settings, objects: emptySixNodes(), steps: [], restMs: 10_000, aheadMs: 0 }
}

const builders: Readonly<Record<string, () => Scenario>> = {
  'first-pod': firstPod, 'shop-rollout': shopRollout, 'nearly-full': nearlyFull, textbook, 'rolling-update': rollingUpdate, empty,
}

/** Ids of the scenarios, in the order in which they are offered. */
export const scenarios: readonly string[] = Object.keys(builders)

/** The scenario of an id, made anew; `undefined` when there is none of that name. */
export function scenarioOf(id: string): Scenario | undefined {
  return Object.hasOwn(builders, id) ? builders[id]?.() : undefined
}
