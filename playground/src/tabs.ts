/** Tabs as the keyboard expects them: arrows move between them, and only the chosen one is in the order of Tab. */

/** @param onChoose is told the panel that is shown from now on; `show` shows one without a hand on its tab */
export function wireTabs(
  list: HTMLElement,
  onChoose: (panel: string) => void,
): { readonly show: (panel: string) => void } {
  const tabs = [...list.querySelectorAll<HTMLButtonElement>('[role="tab"]')];
  const choose = (chosen: HTMLButtonElement): void => {
    for (const tab of tabs) {
      const isChosen = tab === chosen;
      tab.setAttribute('aria-selected', String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
      const panel = document.getElementById(tab.getAttribute('aria-controls') ?? '');
      if (panel !== null) panel.hidden = !isChosen;
    }
    onChoose(chosen.getAttribute('aria-controls') ?? '');
  };
  const step = (from: HTMLButtonElement, by: number): void => {
    const next = tabs[(tabs.indexOf(from) + by + tabs.length) % tabs.length];
    if (next === undefined) return;
    choose(next);
    next.focus();
  };
  for (const tab of tabs) {
    tab.addEventListener('click', () => choose(tab));
    tab.addEventListener('keydown', (event) => {
      if (event.key === 'ArrowRight') step(tab, 1);
      if (event.key === 'ArrowLeft') step(tab, -1);
    });
  }
  return {
    show: (panel) => {
      const tab = tabs.find((each) => each.getAttribute('aria-controls') === panel);
      if (tab !== undefined) choose(tab);
    },
  };
}
