/** What opens without an address. */
export const firstScenario = 'first-pod'
