/** `npm start` on a built tree, as a person waits for it: from the command to the list of flows on the screen. Needs a Chromium. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const root = join(import.meta.dirname, '..');
const executablePath = [process.env.CHROME_PATH, '/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => path && existsSync(path));
if (!executablePath) {
  process.stderr.write('Left out: the app, because no Chromium was found (set CHROME_PATH).\n');
  process.exit(0);
}
const dataDir = mkdtempSync(join(tmpdir(), 'uxflow-bench-'));
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
const times: { address: number; paint: number }[] = [];
try {
  for (let run = 0; run < 6; run++) {
    const started = performance.now();
    const child = spawn('npm', ['start', '--silent', '--', '--no-open', '--port', '0', '--data', dataDir], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], detached: true });
    const address = await new Promise<string>((resolve) => {
      let text = '';
      child.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        const found = /http:\/\/\S+/.exec(text);
        if (found) resolve(found[0]);
      });
    });
    const atAddress = performance.now() - started;
    const page = await browser.newPage();
    await page.goto(address);
    await page.getByTestId('flow-list').waitFor();
    if (run > 0) times.push({ address: atAddress, paint: performance.now() - started });
    await page.close();
    process.kill(-child.pid!, 'SIGTERM');
    await new Promise((resolve) => child.once('exit', resolve));
  }
} finally {
  await browser.close();
  rmSync(dataDir, { recursive: true, force: true });
}
const emit = (metric: string, values: number[]) => {
  const sorted = values.map(Math.round).sort((a, b) => a - b);
  process.stdout.write(`${JSON.stringify({ bench: 'app', peer: 'ours', n: values.length, metric, value: sorted[sorted.length >> 1], unit: 'ms', min: sorted[0], max: sorted.at(-1) })}\n`);
};
emit('npm start on a built tree to its address', times.map((time) => time.address));
emit('npm start on a built tree to the first screen in a running browser', times.map((time) => time.paint));
