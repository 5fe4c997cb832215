/** The whole of it as a new team meets it: `npm run server`, two browsers with two apps, mails; together, apart, and together again. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath } from '../../desktop/test/browser.ts';
import { isRunning, startServerCommand, type RunningCommand } from './testCommand.ts';
import { startTestMailbox, type TestMailbox } from './testMailbox.ts';
import { complaintsOf, tellTeamStory } from './teamTests.ts';

describe.skipIf(!chromiumPath)('a team on a server of one command', () => {
  let folder: string;
  let mailbox: TestMailbox;
  let server: RunningCommand;
  let browser: Browser;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'uxflow-team-'));
    mailbox = await startTestMailbox();
    server = await startServerCommand({ DATA_DIR: folder, DATABASE_URL: '', SMTP_URL: mailbox.url });
    browser = await chromium.launch({ executablePath: chromiumPath!, args: ['--no-sandbox', '--disable-gpu'] });
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await mailbox?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  tellTeamStory(() => ({ browser, mailbox, url: server.found[1]!, text: () => server.text() }));

  test('the server ends when it is told to, its Postgres with it, and had nothing to complain about', async () => {
    const pid = Number(readFileSync(join(folder, 'data/postmaster.pid'), 'utf8').split('\n')[0]);
    await server.stop();
    expect(server.text()).toContain('"signal":"SIGINT"');
    expect(isRunning(pid)).toBe(false);
    expect(complaintsOf(server.text())).toEqual([]);
  }, 60_000);
});
