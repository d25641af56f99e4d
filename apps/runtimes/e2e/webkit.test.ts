import { engineRuntime } from './engine-runtimes.ts'
import { testCases } from './test-cases.ts'

const differences = {
  'sends an id as UTF-8, whatever its characters': 'WebKitGTK encodes the characters of a header once more',
  'has failed where a plain server’s answer to a POST is cut':
    'WebKitGTK takes a body that was cut for one that ended in good order',
}

testCases(engineRuntime('webkit', 'page', differences), engineRuntime('webkit', 'worker', differences))
