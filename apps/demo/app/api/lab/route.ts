import { openLab } from '../../../lab/server/labs.ts'
import { isSameOrigin } from '../../../lib/same-origin.ts'

/** Opens a lab for whoever asks, and tells its id. */
export function POST(request: Request): Response {
  if (!isSameOrigin(request)) return new Response('Only this site may open labs', { status: 403 })
  // Each request may reach another instance, and a lab is in the memory of one.
  if (process.env['INSTANCE']) return Response.json({ code: 'several-instances' }, { status: 409 })
  const id = openLab()
  if (!id) return Response.json({ code: 'all-taken' }, { status: 503 })
  return Response.json({ id }, { status: 201 })
}
