/**
 * The built Electron bundles (main, preload, page, utility process) on a stand-in for Electron's runtime: what is proved is the wiring, the guards and
 * the handing over of ports; the real runtime was not available here.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chromiumPath } from './browser.ts';
import { startStubbedApp, type StubbedApp } from './electronApp.ts';

test.skipIf(!chromiumPath)('the desktop bundles work together, survive a killed engine, and keep what was made', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'uxflow-electron-'));
  const started: StubbedApp[] = [];
  const start = () => {
    started.push(startStubbedApp(dataDir, chromiumPath!));
    return started.at(-1)!;
  };
  try {
    const app = start();
    const { webPreferences } = await app.until('window');
    expect(webPreferences).toMatchObject({ contextIsolation: true, sandbox: true, nodeIntegration: false, webSecurity: true });
    await app.until('loaded');
    const headers = await app.headers();
    expect(headers['content-security-policy']).toMatch(/default-src 'none'.*script-src 'self'/);
    expect(await app.openWindow('https://example.org/')).toEqual({ action: 'deny' });
    expect(await app.openWindow('file:///etc/passwd')).toEqual({ action: 'deny' });
    expect((await app.until('external')).url).toBe('https://example.org/');
    expect(app.events.filter((each) => each.event === 'external').length).toBe(1);

    await app.waitFor('[data-testid=flow-list]');
    expect(await app.evaluate('Object.keys(window.uxflowHost).join()')).toBe('kind');
    expect(await app.evaluate('typeof require + typeof process')).toBe('undefinedundefined');
    await app.click('.page__bar .button--primary');
    await app.waitFor('[data-palette=screen]:enabled');
    await app.click('[data-palette=screen]');
    await app.waitFor('.node--screen');
    await app.waitFor('.status-line .lucide-check');

    // The engine dies; what is added meanwhile is kept. Main starts it anew and hands the page another port; the page goes on, and nothing doubles.
    process.kill((await app.until('engine')).pid as number, 'SIGKILL');
    await app.click('[data-palette=popup]');
    await app.waitFor('.node--popup');
    await app.until('engine', 2);
    await app.waitFor('.status-line .lucide-check');
    await app.click('[data-palette=action]');
    await app.waitFor('.node--action');
    await app.waitFor('.status-line .lucide-check');
    expect(await app.evaluate("document.querySelectorAll('.node').length")).toBe(3);
    await app.evaluate("void (location.hash = '#/flows')");
    await app.waitFor('[data-testid=flow-list] [data-testid=flow-card]:has-text("3 steps")');
    expect(app.events.filter((each) => each.event === 'pageerror')).toEqual([]);
    expect(await app.quit()).toBe(0);

    const again = start();
    await again.until('loaded');
    await again.waitFor('[data-testid=flow-list] [data-testid=flow-card]:has-text("3 steps")');
    expect(await again.quit()).toBe(0);
  } finally {
    for (const each of started) await each.end();
    rmSync(dataDir, { recursive: true, force: true });
  }
});

test.skipIf(!chromiumPath)('an engine that cannot open says why in a dialog, and the app leaves', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'uxflow-electron-'));
  try {
    writeFileSync(join(dataDir, 'store.sqlite'), 'this is no database, and it is longer than a header of one '.repeat(40));
    const app = startStubbedApp(dataDir, chromiumPath!);
    expect((await app.until('dialog')).sentence).toMatch(/damaged|corrupt|not a database|cannot be read/i);
    expect(app.events.find((each) => each.event === 'permissions')).toMatchObject({ clipboard: true, camera: false });
    expect(app.events.filter((each) => each.event === 'engine').length).toBe(1);
    await app.quit();
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});
