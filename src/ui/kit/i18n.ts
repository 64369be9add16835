import i18next from 'i18next'
import { useCallback } from 'react'
import { initReactI18next, useTranslation } from 'react-i18next'

export type Language = 'en' | 'zh'

/** Values of a sentence's places: Kubernetes' own words and ready formatted numbers. `count` also picks the plural. */
export type TextValues = Readonly<Record<string, string | number>>

/** One feature's sentences in one language, as a function. An unknown key comes back as itself, which a test would see. */
export type Text = (key: string, values?: TextValues) => string

/** Chinese has one plural form, so a `…_one` key of English needs no counterpart. */
type Counterpart<English> = { readonly [Key in keyof English as Key extends `${string}_one` ? never : Key]: string }

const catalogues = new Map<string, { readonly en: Readonly<Record<string, string>>; readonly zh: Readonly<Record<string, string>> }>()

// Keys are flat ("caption.podCreated" is one key), so the separators of i18next are switched off.
void i18next.use(initReactI18next).init({
  lng: 'en', fallbackLng: 'en', resources: {}, ns: [], keySeparator: false, nsSeparator: false,
  interpolation: { escapeValue: false }, missingInterpolationHandler: () => '', react: { useSuspense: false }, initAsync: false,
})

/**
 * Adds a feature's sentences, once, at import. Kubernetes' names stay as they are in both languages; `<em>` marks what the
 * caption draws in the colour of now, `<b>` what is strong, `<code>` what is monospaced (see `rich`).
 */
export function defineCatalogue<const English extends Record<string, string>>(
  feature: string, words: { readonly en: English; readonly zh: Counterpart<English> },
): void {
  catalogues.set(feature, { en: words.en, zh: words.zh as Readonly<Record<string, string>> })
  i18next.addResourceBundle('en', feature, words.en, true, true)
  i18next.addResourceBundle('zh', feature, words.zh, true, true)
}

/** The feature's sentences in the reader's language; a new function when the language changes. */
export function useText(feature: string): Text {
  const { t } = useTranslation(feature)
  return useCallback<Text>((key, values) => t(key, { ...values }), [t])
}

/** The same outside React. */
export function textOf(feature: string, language?: Language): Text {
  return (key, values) => i18next.t(key, { ns: feature, ...(language ? { lng: language } : {}), ...values })
}

/** Whether the feature has that sentence. */
export function hasText(feature: string, key: string): boolean {
  const words = catalogues.get(feature)
  return words !== undefined && (key in words.en || `${key}_other` in words.en)
}

export function setLanguage(language: Language): void {
  void i18next.changeLanguage(language)
}

export function currentLanguage(): Language {
  return i18next.language === 'zh' ? 'zh' : 'en'
}

/** All catalogues, for the test that compares the languages. */
export function allCatalogues(): ReadonlyMap<string, { readonly en: Readonly<Record<string, string>>; readonly zh: Readonly<Record<string, string>> }> {
  return catalogues
}
