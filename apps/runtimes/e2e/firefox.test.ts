import { engineRuntime } from './engine-runtimes.ts'
import { testCases } from './test-cases.ts'

testCases(engineRuntime('firefox', 'page'), engineRuntime('firefox', 'worker'))
