/** What a child process can be asked to do: functions of at most one argument, which is cloned on its way. */
export type Commands = Readonly<Record<string, (argument: never) => unknown>>

/** A command on its way to a child. */
export interface Question {
  readonly id: number
  readonly name: string
  readonly argument: unknown
}

/** What a child says: first that it is ready, then what became of each command. */
export type Answer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'result'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly error: string }

/** Makes this process one that answers commands, until its parent is gone. */
export function answerCommands(commands: Commands): void {
  const answer = async ({ id, name, argument }: Question): Promise<void> => {
    try {
      // The parent asks by the type of these very commands.
      const result = await commands[name]?.(argument as never)
      tell({ kind: 'result', id, result })
    } catch (error) {
      tell({
        kind: 'error',
        id,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      })
    }
  }
  process.on('message', (question) => void answer(question as Question))
  // Whatever ends the parent ends its children, and in good order, so that a profile is written.
  process.once('disconnect', () => process.exit())
  tell({ kind: 'ready' })
}

function tell(answer: Answer): void {
  process.send?.(answer)
}
