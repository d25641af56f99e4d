/** The rooms: few, and not for visitors to add to, so that what they keep is bounded. */
export const roomList = [
  { id: 'lobby', name: 'Lobby', about: 'Say hello, and see it arrive in another tab.' },
  { id: 'workshop', name: 'Workshop', about: 'What are you building with event streams?' },
  { id: 'wish-list', name: 'Wish list', about: 'What is missing, and what is in the way.' },
] as const

/** A room. */
export type Room = (typeof roomList)[number]

/** Finds a room by its id. */
export function findRoom(id: unknown): Room | undefined {
  return roomList.find((room) => room.id === id)
}
