import { allCases } from './cases/all-cases.ts'
import { type Subject, runCase } from './cases/case.ts'

/** Runs the case of this name. @throws {Error} What does not hold, or that there is no such case. */
export async function runNamedCase(name: string, origin: string, subject: Subject): Promise<void> {
  const found = allCases.find((each) => each.name === name)
  if (!found) throw new Error(`there is no case of the name ${name}`)
  await runCase(found, origin, subject)
}
