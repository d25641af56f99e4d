/**
 * Does what a new user does: makes an app with the usual generator, installs the packages from tarballs, pastes the snippets of the README,
 * builds, and looks at the result in a browser. Needs the npm registry.
 *
 *     node scripts/fresh-apps/fresh-apps.ts            both apps
 *     node scripts/fresh-apps/fresh-apps.ts next       create-next-app
 *     node scripts/fresh-apps/fresh-apps.ts vite       create-vite with React, against a `node:http` server
 *
 * It packs what is built: run `pnpm build` first (`pnpm fresh-apps` does). The apps are made in a temporary folder, and are gone afterwards.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freshNextApp } from './next.ts'
import { packAll } from '../packed.ts'
import { freshViteApp } from './vite.ts'

const apps = { next: freshNextApp, vite: freshViteApp }
const names = process.argv.slice(2)
for (const name of names) {
  if (!(name in apps)) throw new Error(`There is no app ${name}: name ${Object.keys(apps).join(' or ')}.`)
}

const folder = await mkdtemp(join(tmpdir(), 'fresh-apps-'))
try {
  const tarballs = await packAll(folder)
  for (const [name, makeApp] of Object.entries(apps)) {
    if (names.length > 0 && !names.includes(name)) continue
    const sinceMs = performance.now()
    await makeApp(join(folder, name), tarballs)
    console.log(`${name}: in all ${seconds(performance.now() - sinceMs)}`)
  }
} finally {
  await rm(folder, { recursive: true })
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
