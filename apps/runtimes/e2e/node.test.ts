import { nodeRuntime } from './node-versions.ts'
import { testCases } from './test-cases.ts'
import { thisRuntime } from './this-runtime.ts'

testCases(thisRuntime(`Node ${process.versions.node}`), nodeRuntime(22, '22.23.3'), nodeRuntime(20, '20.9.0'))
