// @vitest-environment jsdom
import { testCases } from './test-cases.ts'
import { thisRuntime } from './this-runtime.ts'

testCases(thisRuntime('jsdom'))
