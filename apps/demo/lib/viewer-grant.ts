import { isViewer, viewerTag } from './viewer.ts'

/** Lets everybody in, and tags the streams of a page that names its viewer, so that it can have them cut. For `authorize`. */
export function viewerGrant(request: Request): { tags?: string[] } | Response {
  const viewer = new URL(request.url).searchParams.get('viewer')
  if (viewer === null) return {}
  if (!isViewer(viewer)) return new Response('viewer must be 8 to 64 of a-z and 0-9', { status: 400 })
  return { tags: [viewerTag(viewer)] }
}
