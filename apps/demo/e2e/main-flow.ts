import type { EnginePage } from '../../../scripts/testing/browsers-page.ts'

/**
 * What a page of the demo is there for, done by a visitor: the same steps for every engine and every server.
 *
 * They are taken by expressions that run in the page, which is what all engines can be asked to do.
 */
export interface MainFlow {
  /** The page's path. */
  readonly path: string
  /** Does it, and throws where the page does not do its part. */
  readonly run: (page: EnginePage) => Promise<void>
}
