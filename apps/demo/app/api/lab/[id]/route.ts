import type { RouteHandler } from '@millrace/next'
import { findLab } from '../../../../lab/server/labs.ts'

const respond: RouteHandler = async (request, context) => {
  const { id } = await context.params
  const lab = findLab(id)
  if (!lab) return new Response('This lab is closed', { status: 404 })
  return lab.respond(request, context)
}

export { respond as GET, respond as HEAD, respond as OPTIONS }
