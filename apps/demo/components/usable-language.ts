/**
 * Imported for its effect, ahead of uPlot, which asks `Intl` for the browser's language as soon as it is imported.
 *
 * Chromium under `LANG=C` calls that language `en-US@posix`; `Intl` refuses the name, and without this the whole page fails.
 */
if (typeof window !== 'undefined' && !isLanguageTag(navigator.language)) {
  Object.defineProperty(navigator, 'language', { value: 'en' })
}

function isLanguageTag(name: string): boolean {
  try {
    return Intl.getCanonicalLocales(name).length > 0
  } catch {
    return false
  }
}

export {}
