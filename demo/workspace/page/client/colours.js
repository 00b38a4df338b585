// Light or dark: as the system has it, or as this person chose.
import { $ } from './state.js';

const KEPT_AS = 'colours';

export function followColours() {
  const choice = $('#colours');
  choice.value = localStorage.getItem(KEPT_AS) ?? '';
  document.documentElement.dataset.colours = choice.value;
  choice.addEventListener('change', () => {
    localStorage.setItem(KEPT_AS, choice.value);
    document.documentElement.dataset.colours = choice.value;
  });
}
