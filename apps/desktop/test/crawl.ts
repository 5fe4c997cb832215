/** Activates the controls of a screen one by one and says which of them do nothing. */
import type { Locator, Page } from 'playwright-core';

/** A control as the page lists it: `key` finds it again after the screen was set up anew. */
export interface Control {
  key: string;
  /** Its place among those of the same kind and name, from 0. */
  nth: number;
  name: string;
  kind: 'press' | 'select' | 'text' | 'file';
  /** Chosen or ticked already, so that pressing it must do nothing. */
  isCurrent: boolean;
  isDisabled: boolean;
}

/** What can be seen of the world from outside: any difference is an effect. */
export interface Outside {
  /** Counts downloads, file choosers, new windows. */
  events: number;
}

const SELECTOR = 'button, a[href], input, select, textarea, summary, [role=tab], [role=menuitem], [role=menuitemcheckbox], [role=switch]';
/** Time that a control gets to show an effect, ms; less where it is tried once more on a screen made anew. */
const EFFECT_MS = 10_000;
const FIRST_EFFECT_MS = 1500;
/** Time that a control gets until it can be used, ms. */
const USABLE_MS = 15_000;

/** All controls in a part of the page that can be seen, in their order. */
export async function controlsIn(page: Page, root: string): Promise<Control[]> {
  return page.evaluate(
    ([within, selector]) => {
      const counts = new Map<string, number>();
      for (const marked of document.querySelectorAll<HTMLElement>('[data-crawl]')) delete marked.dataset.crawl;
      return [...document.querySelectorAll<HTMLElement>(within!)].flatMap((part) => [...(part.matches(selector!) ? [part] : []), ...part.querySelectorAll<HTMLElement>(selector!)]).flatMap((element): Control[] => {
        const isFile = element.matches('input[type=file]');
        if (isFile || !element.checkVisibility({ visibilityProperty: true, opacityProperty: false })) return [];
        const box = element.getBoundingClientRect();
        if (box.width === 0 || box.height === 0) return [];
        const label = (element as HTMLInputElement).labels?.[0]?.textContent ?? '';
        const name = (element.getAttribute('aria-label') ?? (label || element.textContent || element.getAttribute('placeholder') || '')).trim().replace(/\s+/g, ' ').slice(0, 80);
        const base = `${element.tagName} ${element.getAttribute('role') ?? (element as HTMLInputElement).type ?? ''} ${name.replace(/\d+/g, '#')}`;
        const nth = counts.get(base) ?? 0;
        counts.set(base, nth + 1);
        const key = `${base} ${nth}`;
        element.dataset.crawl = key;
        const isText = element.matches('textarea, input:not([type=checkbox]):not([type=radio]):not([type=button])');
        const input = element as HTMLInputElement;
        return [
          {
            key,
            nth,
            name,
            kind: element.matches('select') ? 'select' : isText ? 'text' : 'press',
            isCurrent: element.matches('input[type=radio]:checked, [role=radio][aria-checked=true]'),
            isDisabled: input.disabled || element.matches('fieldset:disabled *') || element.getAttribute('aria-disabled') === 'true',
          },
        ];
      });
    },
    [root, SELECTOR],
  );
}

/** The control with this key on a screen that was set up anew. */
export async function controlAt(page: Page, root: string, key: string): Promise<Locator | undefined> {
  const found = (await controlsIn(page, root)).some((control) => control.key === key);
  return found ? page.locator(`[data-crawl=${JSON.stringify(key)}]`).first() : undefined;
}

/** Uses a control as a person would. */
export async function activate(page: Page, control: Control, target: Locator): Promise<void> {
  await target.scrollIntoViewIfNeeded({ timeout: USABLE_MS });
  if (control.kind === 'select') {
    const other = await target.evaluate((element: HTMLSelectElement) => [...element.options].find((option) => option.value !== element.value && !option.disabled)?.value);
    if (other === undefined) throw new Error('has nothing to choose from');
    await target.selectOption(other, { timeout: USABLE_MS });
  } else if (control.kind === 'text') {
    // A date field takes dates only: the earliest that it allows, else one long ago.
    const date = await target.evaluate((element: HTMLInputElement) => (element.type === 'date' ? element.min || '2020-01-15' : null));
    await target.fill(date ?? 'Zebra 7', { timeout: USABLE_MS });
    await page.keyboard.press('Tab');
  } else if (await target.evaluate((element) => element.matches('.visually-hidden'))) await target.locator('xpath=ancestor::label').click({ timeout: USABLE_MS });
  else await target.click({ timeout: USABLE_MS });
}

/** A picture of the page in words: structure, texts, states, places of scrolling, the address; without focus, tooltips, passing time and what is typed into a search. */
export async function pictureOf(page: Page, except?: string): Promise<string> {
  return page.evaluate((key) => {
    const found = key ? document.querySelector(`[data-crawl=${JSON.stringify(key)}]`) : null;
    // What is typed into a field is an effect by itself, but a search must find or lose something.
    const own = found?.matches('[type=search]') ? found : null;
    const parts: string[] = [location.hash];
    const visit = (node: globalThis.Node) => {
      if (node.nodeType === 3) {
        const words = node.textContent!.trim();
        if (words) parts.push(words.replace(/just now|\d+ (s|min|h) ago/g, 'WHEN'));
        return;
      }
      if (!(node instanceof Element)) return;
      if (node.matches('.tooltip, [role=tooltip], [role=timer], .status-line, script, style')) return;
      parts.push(`<${node.tagName}`);
      for (const { name, value } of node.attributes) if (!['data-crawl', 'id', 'tabindex', 'aria-describedby', 'data-focus', 'value'].includes(name)) parts.push(`${name}=${value}`);
      if (node.scrollTop || node.scrollLeft) parts.push(`scrolled ${Math.round(node.scrollTop)} ${Math.round(node.scrollLeft)}`);
      if (node instanceof HTMLInputElement && node !== own) parts.push(`${node.value} ${node.checked}`);
      if (node instanceof HTMLInputElement && (node.type === 'checkbox' || node.type === 'radio')) parts.push(String(node.checked));
      if ((node instanceof HTMLTextAreaElement || node instanceof HTMLSelectElement) && node !== own) parts.push(node.value);
      for (const child of node.childNodes) visit(child);
    };
    visit(document.body);
    return parts.join('\n');
  }, except);
}

/** Waits until the page stands still: the same picture three times in a row, and nothing says that it is busy. */
export async function standStill(page: Page, except?: string): Promise<string> {
  let last = await pictureOf(page, except);
  let same = 0;
  for (let round = 0; round < 120 && same < 2; round++) {
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 16)));
    const next = await pictureOf(page, except);
    same = next === last && (await page.locator('[aria-busy=true]').count()) === 0 ? same + 1 : 0;
    last = next;
  }
  return last;
}

/** True when the page, or what `elsewhere` reads (log, settings, clipboard, downloads), becomes different from before. */
export async function takesEffect(page: Page, before: string, except: string, elsewhere: () => Promise<string>, elsewhereBefore: string, isLastTry: boolean): Promise<boolean> {
  const end = Date.now() + (isLastTry ? EFFECT_MS : FIRST_EFFECT_MS);
  do {
    if ((await pictureOf(page, except)) !== before) return true;
    if ((await elsewhere()) !== elsewhereBefore) return true;
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 30)));
  } while (Date.now() < end);
  return false;
}
