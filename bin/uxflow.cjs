#!/usr/bin/env node
// Written for old Nodes too: it must be able to say what is missing before anything modern is loaded.
'use strict';
const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { spawnSync } = require('node:child_process');

const root = join(__dirname, '..');
const source = join(root, 'apps/desktop/src/hosts/cli.ts');
const built = join(root, 'apps/desktop/out/main/cli.js');
// A checkout runs its source, which is never older than itself; a package has the bundle only.
const cli = existsSync(source) ? source : built;

const [major, minor] = process.versions.node.split('.').map(Number);
const isNewEnough = major > 22 || (major === 22 && minor >= 18);
if (isNewEnough) {
  process.argv[1] = cli;
  import(require('node:url').pathToFileURL(cli).href);
} else {
  const own = [join(root, 'node_modules/node/bin/node'), join(root, 'node_modules/node/bin/node.exe')].find((file) => existsSync(file));
  if (!own) {
    process.stderr.write(`uxflow needs Node 22.18 or newer; this is ${process.versions.node}. Run npm ci in ${root}, which brings its own.\n`);
    process.exit(1);
  }
  const run = spawnSync(own, [cli, ...process.argv.slice(2)], { stdio: 'inherit' });
  process.exit(run.status === null ? 1 : run.status);
}
