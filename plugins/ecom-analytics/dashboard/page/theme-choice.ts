import { byIdAs } from './element.ts';

const key = 'ecom-theme';
const root = document.documentElement;

/** Lets the user choose a theme and keeps it. */
export function offerThemes(): void {
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
  });
}
