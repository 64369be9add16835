import { describe, expect, test } from 'vitest'
import { Chaos } from './lib/chaos'

/** Once failed, and stay, though what they tell changes with everything that draws by chance. `npm run chaos -- --seeds 1000` looks at more. */
const onceFailed = [
  5, 7, 8, 10, 13, 14, 22, 30, 37, 46, 47, 48, 50, 63, 72, 79, 81, 82, 83, 95, 97, 98, 169, 190, 484, 502, 541, 686, 769,
]
const parts = 10
const seeds = [...new Set([...Array.from({ length: 104 }, (_, index) => index + 1), ...onceFailed])]

describe('whatever goes wrong, the cluster comes to where it would have come without', () => {
  test.each(Array.from({ length: parts }, (_, part) => part))(`part %i of ${parts}`, (part) => {
    for (const seed of seeds.filter((_, index) => index % parts === part)) {
      const chaos = new Chaos(seed)
      const problems = chaos.live()
      if (problems.length > 0) expect.fail(`seed ${seed} (npm run chaos -- --seed ${seed} tells its story):\n${problems.join('\n')}`)
    }
  })

  test('the stories are worth their name, and equal seeds tell equal ones', () => {
    const told = new Set<string>()
    const one = new Chaos(3)
    one.live()
    for (const seed of [3, 4, 5, 6]) {
      const chaos = new Chaos(seed)
      chaos.live()
      if (seed === 3) expect([chaos.story, chaos.cluster.hash()]).toEqual([one.story, one.cluster.hash()])
      for (const line of chaos.story) told.add((line.split(': ')[1] ?? '').split(' ').slice(0, 2).join(' '))
    }
    expect([...told].filter((line) => line.startsWith('break ')).length).toBeGreaterThan(6)
  })
})
