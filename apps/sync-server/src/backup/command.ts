/** What `npm run server -- backup FILE` and `... restore FILE` do. */
import { AppError } from '@uxflow/core/base';
import type { Config } from '../config.ts';
import { startEmbedded } from '../db/embedded.ts';
import { backUp, restore } from './backup.ts';

/** Runs `backup FILE` or `restore FILE [--replace] [--sign-out]`; a sentence that says what was done. Throws COMMAND_UNKNOWN. */
export async function runCommand([command, ...words]: readonly string[], config: Pick<Config, 'DATABASE_URL' | 'DATA_DIR'>): Promise<string> {
  const options = words.filter((word) => word.startsWith('--'));
  const [file, ...more] = words.filter((word) => !word.startsWith('--'));
  const allowed = command === 'restore' ? ['--replace', '--sign-out'] : [];
  if ((command !== 'backup' && command !== 'restore') || !file || more.length > 0 || options.some((option) => !allowed.includes(option))) {
    throw new AppError('COMMAND_UNKNOWN', 'Use: backup FILE, or restore FILE [--replace] [--sign-out]; without a command the server starts. Nothing was done.');
  }
  const embedded = config.DATABASE_URL ? undefined : await startEmbedded({ folder: config.DATA_DIR });
  const url = config.DATABASE_URL ?? embedded!.url;
  try {
    const { tables } = command === 'backup' ? await backUp(url, file) : await restore(url, file, { replace: options.includes('--replace'), signOut: options.includes('--sign-out') });
    const rows = tables.reduce((sum, table) => sum + table.rows, 0);
    return command === 'backup'
      ? `Wrote ${file}: ${rows} rows of ${tables.length} tables. It holds secrets of accounts; keep it as you keep the database.`
      : `Restored ${file}: ${rows} rows of ${tables.length} tables. Start the server; devices that have more than the backup send it again.`;
  } finally {
    await embedded?.stop();
  }
}
