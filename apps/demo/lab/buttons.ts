/** What a visitor can do to the streams of a lab. */
export type Button = keyof typeof buttons

/** The buttons of the lab, in the order of the page: what each is called, and what it does. */
export const buttons = {
  cut: {
    label: 'Cut',
    does: 'Breaks both connections in the middle of an event, and lets nobody through for a second.',
  },
  deploy: {
    label: 'Deploy',
    does: 'Drains the server, as a release does; another one has taken over on the same log.',
  },
  slow: {
    label: 'Slow client',
    does: 'For four seconds nobody reads. The server lets 2 kB wait for each stream, then gives up the oldest.',
  },
  trim: {
    label: 'Trim history',
    does: 'Cuts both for two seconds, and meanwhile lets the log forget all but its newest five events.',
  },
  restart: {
    label: 'Restart the log',
    does: 'Begins the log anew, as a store does that lost its data. The numbers go on where they were.',
  },
  revoke: {
    label: 'Revoke me',
    does: 'Takes your right to read: both streams end, and whoever asks again is refused with 403.',
  },
  admit: {
    label: 'Let me back in',
    does: 'Gives the right back. The hook asks again from its last number; of EventSource there has to be another, which begins wherever the stream is.',
  },
} as const

/** Tells whether a text names a button. */
export function isButton(name: unknown): name is Button {
  return typeof name === 'string' && Object.hasOwn(buttons, name)
}
