import { byIdAs } from './element.ts';

const key = 'ecom-theme';
const root = document.documentElement;

/** Lets the user choose a theme, keeps it, and calls back whenever the colours in force have changed. */
export function offerThemes(changed: () => void): void {
  const choice = byIdAs('theme', HTMLSelectElement);
  choice.value = root.dataset.theme ?? 'system';
  choice.addEventListener('change', () => {
    const theme = choice.value;
    if (theme === 'system') delete root.dataset.theme;
    else root.dataset.theme = theme;
    try {
      localStorage.setItem(key, theme);
    } catch {
      // Storage is switched off: the choice lasts as long as the page.
    }
    changed();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', changed);
}
