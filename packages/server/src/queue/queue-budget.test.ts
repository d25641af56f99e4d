import { expect, test } from 'vitest'
import { QueueBudget, type QueueOwner } from './queue-budget.ts'

class Owner implements QueueOwner {
  queuedBytes = 0
  ended: string | undefined
  readonly #budget: () => QueueBudget

  constructor(budget: () => QueueBudget) {
    this.#budget = budget
  }

  queue(bytes: number): void {
    this.queuedBytes += bytes
    this.#budget().change(bytes)
  }

  end(cause: string): void {
    this.ended = cause
    this.queue(-this.queuedBytes)
  }
}

test('ends the clients that most waits for, and no more of them than it takes', () => {
  const owners: Owner[] = []
  const budget = new QueueBudget(100, () => owners)
  for (let n = 0; n < 4; n++) owners.push(new Owner(() => budget))
  const [a, b, c, d] = owners as [Owner, Owner, Owner, Owner]
  a.queue(20)
  b.queue(50)
  c.queue(30)
  expect(owners.map(({ ended }) => ended)).toEqual([undefined, undefined, undefined, undefined])
  // The one that brings it over the limit is not the one to blame.
  d.queue(1)
  expect(owners.map(({ ended }) => ended)).toEqual([undefined, 'over-budget', undefined, undefined])
  expect(budget.bytes).toBe(51)
  d.queue(120)
  expect(d.ended).toBe('over-budget')
  expect(budget.bytes).toBe(50)
})

test('waits for nobody where nobody can be ended', () => {
  const budget = new QueueBudget(10, () => [])
  budget.change(100)
  expect(budget.bytes).toBe(100)
})
