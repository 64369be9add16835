import type { ReactNode } from 'react'
import { PodTag, shortName } from '../kit'
import { useView } from '../store'

/** A Pod's plate: its workload's letter and hue, and the part of its name that tells it from its siblings. */
export function PodName({ pod, state = 'plain', long = false }: { readonly pod: string; readonly state?: 'plain' | 'now'; readonly long?: boolean }): ReactNode {
  const { letter, hue } = useWorkloadOf(pod)
  const bare = pod.slice(pod.indexOf('/') + 1)
  return <PodTag letter={letter} hue={hue} name={long ? bare : shortName(bare)} state={state} title={pod} />
}

export function useWorkloadOf(pod: string | undefined): { readonly letter: string; readonly hue: number } {
  const pods = useView((view) => view.pods)
  const workloads = useView((view) => view.workloadById)
  const slot = pod === undefined ? undefined : pods.slotOf(pod)
  const workload = slot === undefined ? undefined : workloads.get(pods.workload[slot] as number)
  return { letter: workload?.letter ?? '·', hue: workload?.hue ?? 0 }
}
