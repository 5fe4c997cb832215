import type { Prompts } from '../../api/index.ts';
import { systemClock, type Logger } from '../../base/index.ts';
import { openDataFolder } from '../../db/index.ts';
import { createPromptService } from './promptService.ts';

/** The agents' instructions of a data folder that no engine holds: opened, read and closed. Throws DATA_FOLDER_IN_USE and STORE_… */
export async function promptsOfFolder(dataDir: string, { logger }: { logger: Logger }): Promise<Prompts> {
  const folder = await openDataFolder(dataDir, { logger, clock: systemClock });
  try {
    return createPromptService({ folder, models: { modelFor: async () => undefined }, clock: systemClock, newSeed: () => 1, logger }).view();
  } finally {
    await folder.close();
  }
}
