import { defineConfig } from 'drizzle-kit';

/** `npx drizzle-kit generate --name WHAT_CHANGED`, then `npx node src/db/embedMigrations.ts`; runs offline. */
export default defineConfig({ dialect: 'sqlite', schema: './src/db/schema', out: './src/db/migrations' });
