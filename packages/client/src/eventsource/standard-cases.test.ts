import { afterAll, beforeAll, describe, test } from 'vitest'
import { openCaseServer } from '../../test/eventsource/case-server.ts'
import type { CaseServer } from '../../test/eventsource/case-server.ts'
import { standardCases } from '../../test/eventsource/cases.ts'
import { observe } from '../../test/eventsource/observe.ts'
import { EventSource } from '../eventsource.ts'

describe.concurrent('by the standard', () => {
  let server: CaseServer
  beforeAll(async () => {
    server = await openCaseServer()
  })
  afterAll(() => server.stop())

  test.for(standardCases.map((each, index) => ({ ...each, index })))(
    '$title',
    async ({ index, heard, sentIds = [null, null] }, { expect }) => {
      expect(await observe(EventSource, server.caseUrl(index, 'node'))).toEqual(heard)
      expect(server.sentIds(index, 'node')).toEqual(sentIds)
    },
  )
})
