import { getHub } from '@millrace/next'
import { isSameOrigin } from '../../../lib/same-origin.ts'
import { isViewer, viewerTag } from '../../../lib/viewer.ts'

/** Ends one visitor's connections from the server's side, as a restarting proxy or a lost network would. */
export async function POST(request: Request): Promise<Response> {
  if (!isSameOrigin(request)) return new Response('Only this site may cut its connections', { status: 403 })
  const viewer = new URL(request.url).searchParams.get('viewer')
  if (!isViewer(viewer)) return new Response('viewer must be 8 to 64 of a-z and 0-9', { status: 400 })
  await getHub().revoke({ tag: viewerTag(viewer) })
  return new Response(null, { status: 204 })
}
