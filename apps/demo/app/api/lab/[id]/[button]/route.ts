import type { RouteContext } from '@millrace/next'
import { isButton } from '../../../../../lab/buttons.ts'
import { findLab } from '../../../../../lab/server/labs.ts'
import { isSameOrigin } from '../../../../../lib/same-origin.ts'

/** Presses a button of a lab; answers when it is done. */
export async function POST(request: Request, { params }: RouteContext): Promise<Response> {
  if (!isSameOrigin(request)) return new Response('Only this site may press buttons', { status: 403 })
  const { id, button } = await params
  const lab = findLab(id)
  if (!lab) return new Response('This lab is closed', { status: 404 })
  if (!isButton(button)) return new Response('There is no such button', { status: 404 })
  await lab.press(button)
  return new Response(null, { status: 204 })
}
