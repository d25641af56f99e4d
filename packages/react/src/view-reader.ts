import type { ConnectionStatus } from '@millrace/client'
import type { EventStreamError } from '@millrace/core'
import type { StreamView, ViewState } from './fold.ts'

/** How a component reads a view; other functions with each render, as a rule. */
export interface ReaderOptions {
  /** Makes `data` of the state. Called while rendering: what it throws goes to the nearest error boundary. */
  readonly select?: ((state: never) => unknown) | undefined
  /** Tells whether `data` may stay the object that it is. */
  readonly isEqual?: ((before: never, after: never) => boolean) | undefined
  /** Whether the component is connected. */
  readonly enabled?: boolean | undefined
}

/** A view as components get it. */
export interface ReadView extends Required<Pick<StreamView, 'data' | 'lastEvent'>> {
  readonly status: ConnectionStatus
  readonly error: EventStreamError | undefined
}

/** Tells whether two objects have the same members, as far as these names go. */
export function isSame<Type extends object>(
  one: Type,
  other: Partial<Type>,
  names: Iterable<keyof Type>,
): boolean {
  return [...names].every((name) => Object.is(one[name], other[name]))
}

/**
 * Makes a function that reads a view for `useSyncExternalStore`: the same object is returned until a member changes that the
 * component has read. So a component that reads data alone does not render when the status changes.
 *
 * @param actions - Members that never change.
 */
export function createViewReader<Actions extends object>(
  actions: Actions,
): (view: StreamView, options: ReaderOptions) => ReadView & Actions {
  type Result = ReadView & Actions
  const namesRead = new Set<keyof Result>()
  let values: Result | undefined
  let result: Result
  let data: unknown
  let selectedFrom: unknown
  let selectedBy: ReaderOptions['select']

  return (view, { select, isEqual = Object.is, enabled = true }) => {
    // Once per state and selector, since a selector may make a new object each time.
    if (!values || selectedBy !== select || !Object.is(selectedFrom, view.data)) {
      // The signatures of the hooks make sure that these functions fit the data.
      const selected = select ? select(view.data as never) : view.data
      if (!values || !isEqual(data as never, selected as never)) data = selected
      selectedBy = select
      selectedFrom = view.data
    }
    const state: ViewState = enabled ? view.state : { status: 'idle' }
    const next: Result = {
      data,
      lastEvent: view.lastEvent,
      status: state.status,
      // Trouble with the connection matters more than one event that was refused.
      error: state.error ?? view.error,
      ...actions,
    }
    if (values && isSame(values, next, namesRead)) {
      // Nobody has rendered the others: whoever reads them later gets them as they are then.
      Object.assign(values, next)
    } else {
      values = next
      result = new Proxy(next, {
        get(target, name) {
          namesRead.add(name as keyof Result)
          return target[name as keyof Result]
        },
      })
    }
    return result
  }
}
