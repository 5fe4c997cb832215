/** Checks of one screen as it is: names, roles, contrast, and that the Tab key reaches everything. */
import type { Page } from 'playwright-core';

/** Least contrast of text, and of large text, by WCAG 2.2 AA. */
const CONTRAST = 4.5;
const LARGE_CONTRAST = 3;

/** What is wrong with names and roles: controls and pictures without a name, references to nothing, ids that stand twice. */
export async function namingFaults(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const faults: string[] = [];
    const show = (element: Element) => element.outerHTML.slice(0, 140);
    const textOf = (ids: string) => ids.split(/\s+/).map((id) => document.getElementById(id)?.textContent ?? '').join(' ').trim();
    const nameOf = (element: HTMLElement) =>
      (element.getAttribute('aria-label') ?? '').trim() ||
      textOf(element.getAttribute('aria-labelledby') ?? '') ||
      [...((element as HTMLInputElement).labels ?? [])].map((label) => label.textContent).join(' ').trim() ||
      (element.matches('input, textarea, select') ? '' : (element.textContent ?? '').trim()) ||
      (element.getAttribute('title') ?? '').trim();
    for (const element of document.querySelectorAll<HTMLElement>('button, a[href], input:not([type=hidden]), select, textarea, summary, [role=button], [role=tab], [role=menuitem], [role=dialog], [role=toolbar], [role=tablist], [role=menu], dialog, [role=img]')) {
      if (!element.checkVisibility() || element.closest('[aria-hidden=true]')) continue;
      if (!nameOf(element)) faults.push(`no name: ${show(element)}`);
    }
    for (const svg of document.querySelectorAll('svg')) {
      if (svg.checkVisibility() && !svg.closest('[aria-hidden=true], [role=img], .react-flow') && !svg.getAttribute('aria-label') && svg.getAttribute('aria-hidden') !== 'true') faults.push(`a picture that is neither hidden nor named: ${show(svg)}`);
    }
    for (const attribute of ['aria-labelledby', 'aria-describedby', 'aria-controls']) {
      for (const element of document.querySelectorAll(`[${attribute}]`)) {
        if (!element.checkVisibility()) continue;
        for (const id of element.getAttribute(attribute)!.split(/\s+/)) if (id && !document.getElementById(id)) faults.push(`${attribute} leads nowhere: ${show(element)}`);
      }
    }
    const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
    for (const id of new Set(ids.filter((each, index) => ids.indexOf(each) !== index))) faults.push(`id ${id} stands twice`);
    if (!document.documentElement.lang) faults.push('the page does not say its language');
    if (!document.querySelector('h1, h2, [role=heading], .editor-bar__name')) faults.push('no heading');
    return faults;
  });
}

/** Texts whose contrast with what is behind them is too weak; what is disabled, hidden or half drawn (a ghost) does not count. */
export async function contrastFaults(page: Page): Promise<string[]> {
  return page.evaluate(
    ([least, leastLarge]) => {
      const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!;
      const cache = new Map<string, number[]>();
      const rgba = (color: string): number[] => {
        const known = cache.get(color);
        if (known) return known;
        context.clearRect(0, 0, 1, 1);
        context.fillStyle = color;
        context.fillRect(0, 0, 1, 1);
        const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data;
        const parts = [r!, g!, b!, a! / 255];
        cache.set(color, parts);
        return parts;
      };
      const over = (top: number[], below: number[]) => [0, 1, 2].map((i) => top[i]! * top[3]! + below[i]! * (1 - top[3]!)).concat(1);
      const behind = (element: Element): number[] | undefined => {
        const layers: number[][] = [];
        for (let at: Element | null = element; at; at = at.parentElement) {
          const style = getComputedStyle(at);
          if (style.backgroundImage !== 'none') return undefined;
          const color = rgba(style.backgroundColor);
          if (color[3]! > 0) layers.push(color);
          if (color[3] === 1) break;
        }
        return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
      };
      const light = ([r, g, b]: number[]) => {
        const [x, y, z] = [r!, g!, b!].map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
        return 0.2126 * x! + 0.7152 * y! + 0.0722 * z!;
      };
      const faults = new Set<string>();
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const element = node.parentElement!;
        if (!node.textContent!.trim() || element.matches('script, style, option') || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
        if (element.closest(':disabled, [aria-disabled=true], [aria-hidden=true], .visually-hidden, [data-ghost], svg, .edge-label--ghost')) continue;
        let opacity = 1;
        for (let at: Element | null = element; at; at = at.parentElement) opacity *= Number(getComputedStyle(at).opacity);
        if (opacity < 1) continue;
        const ground = behind(element);
        if (!ground) continue;
        const style = getComputedStyle(element);
        const [a, b] = [light(over(rgba(style.color), ground)), light(ground)];
        const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        const size = parseFloat(style.fontSize);
        const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
        if (ratio < (isLarge ? leastLarge! : least!) - 0.01) faults.add(`${ratio.toFixed(2)}: “${node.textContent!.trim().slice(0, 40)}” .${element.className} ${style.color} on ${ground.slice(0, 3).map(Math.round).join()}`);
      }
      return [...faults];
    },
    [CONTRAST, LARGE_CONTRAST],
  );
}

/** Controls that the Tab key does not reach, neither themselves nor (by arrow keys) by the group that they belong to. */
export async function unreachable(page: Page): Promise<string[]> {
  await page.evaluate(() => {
    (document.activeElement as HTMLElement | null)?.blur();
    for (const marked of document.querySelectorAll<HTMLElement>('[data-tabbed]')) delete marked.dataset.tabbed;
  });
  for (let step = 0; step < 250; step++) {
    await page.keyboard.press('Tab');
    const isRound = await page.evaluate(() => {
      const at = document.activeElement as HTMLElement | null;
      // Past the last one the focus is with the browser for a moment.
      if (!at || at === document.body) return false;
      // A date has a stop for day, month and year each, all of them the same element.
      const isSameDate = at.dataset.tabbed === 'now' && at.matches('input[type=date]');
      for (const last of document.querySelectorAll<HTMLElement>('[data-tabbed=now]')) last.dataset.tabbed = 'yes';
      if (at.dataset.tabbed && !isSameDate) return true;
      at.dataset.tabbed = 'now';
      return false;
    });
    if (isRound) break;
  }
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('button:enabled, a[href], input:enabled:not([type=file]), select:enabled, textarea:enabled, summary')].flatMap((element) => {
      const modal = document.querySelector('dialog[open]');
      if (modal && !modal.contains(element)) return [];
      if (element.dataset.tabbed || !element.checkVisibility({ visibilityProperty: true }) || element.closest('[aria-hidden=true], fieldset:disabled')) return [];
      const group = element.closest('[role=toolbar], [role=tablist], [role=menu], [role=radiogroup], [role=listbox], fieldset');
      if (element.tabIndex < 0 && group?.querySelector('[data-tabbed]')) return [];
      if (element.matches('[type=radio]') && document.querySelector(`[name="${(element as HTMLInputElement).name}"][data-tabbed]`)) return [];
      // A second link to where another one leads already.
      if (element.matches('a') && document.querySelector(`a[data-tabbed][href="${element.getAttribute('href')}"]`)) return [];
      return [element.outerHTML.slice(0, 160)];
    }),
  );
}
