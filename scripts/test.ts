/** `npm test`: builds what is missing, finds a browser (or installs Debian's, or says what is left out), runs every test. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const candidates = [
  process.env.CHROME_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** Path of a Chromium, installed from Debian's packages where that is possible; undefined when there is none. */
function findBrowser(): string | undefined {
  const found = () => candidates.find((path) => path && existsSync(path));
  if (found()) return found();
  const canInstall = process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (!canInstall) return undefined;
  process.stdout.write('No Chromium here: installing the one of Debian …\n');
  for (const args of [['update', '-qq'], ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-dejavu-core', 'strace', 'iproute2']]) {
    spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
  }
  return found();
}

const build = spawnSync(process.execPath, [join(root, 'scripts/build.ts'), '--if-needed'], { stdio: 'inherit' });
if (build.status !== 0) process.exit(build.status ?? 1);
const server = spawnSync(process.execPath, [join(root, 'apps/sync-server/build.ts'), '--if-needed'], { stdio: 'inherit' });
if (server.status !== 0) process.exit(server.status ?? 1);

const browser = findBrowser();
if (!browser) process.stdout.write('Left out: the end-to-end tests, because no Chromium or Chrome was found (set CHROME_PATH to one).\n');
const vitest = spawnSync(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, ...(browser ? { CHROME_PATH: browser } : { UXFLOW_NO_BROWSER: '1' }) },
});
process.exit(vitest.status ?? 1);
