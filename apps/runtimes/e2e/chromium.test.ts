import { engineRuntime } from './engine-runtimes.ts'
import { testCases } from './test-cases.ts'

testCases(engineRuntime('chromium', 'page'), engineRuntime('chromium', 'worker'))
