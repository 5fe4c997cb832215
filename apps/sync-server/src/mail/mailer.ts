/** Mails on their way: queued with what they tell of, sealed while they wait, sent by a worker that tries again. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import type { Logger } from '@uxflow/core/base';
import type { Queryable } from '../db/database.ts';
import { newId } from '../ids.ts';
import { bossDatabase, type Jobs } from '../jobs/queue.ts';
import { renderMail, type Language, type MailContent } from './templates.ts';

export type Mail = MailContent & { to: string; language: Language };

export interface Mailer {
  /** Puts a mail into the queue; with a client inside a transaction it goes out only when that commits. */
  send(sql: Queryable, mail: Mail): Promise<void>;
  /** Kinds and outcomes of mails that this instance has handled since it started; for monitoring. */
  counts(): Readonly<Record<'sent' | 'failed', number>>;
  close(): Promise<void>;
}

export interface MailerParts {
  jobs: Jobs;
  /** 32 bytes. */
  key: Buffer;
  config: { SMTP_URL?: string | undefined; MAIL_FROM: string; MAIL_FOLDER?: string | undefined; DATA_DIR: string };
  logger: Logger;
}

const QUEUE = 'mail';
const DEAD = 'mail_dead';
const LOOK_AFTER_MS = 30;

/** The mailer of an instance. Without a mail server mails become files (0600) in a folder. */
export function createMailer({ jobs, key, config, logger }: MailerParts): Mailer {
  const transport = config.SMTP_URL ? createTransport({ url: config.SMTP_URL, pool: true, maxConnections: 2, disableFileAccess: true, disableUrlAccess: true } as never) : undefined;
  const toFile = createTransport({ streamTransport: true, buffer: true });
  const folder = config.MAIL_FOLDER ?? join(config.DATA_DIR, 'mail');
  const counts = { sent: 0, failed: 0 };
  let workerId: string | undefined;
  let isOpen = true;

  const lookSoon = (boss: Awaited<ReturnType<Jobs['ready']>>) => void setTimeout(() => isOpen && workerId && boss.notifyWorker(workerId), LOOK_AFTER_MS).unref();
  const deliver = async (mail: Mail): Promise<void> => {
    const { subject, text, html } = renderMail(mail, mail.language);
    const message = { from: config.MAIL_FROM, to: mail.to, subject, headers: { 'Auto-Submitted': 'auto-generated' } };
    if (transport) {
      await transport.sendMail({ ...message, text, html });
      return;
    }
    // People copy links out of the file: as it would travel they would be broken at the ends of its lines.
    const plain = `Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${text.replaceAll('\n', '\r\n')}`;
    const { message: bytes } = await toFile.sendMail({ ...message, alternatives: [{ raw: plain }, { contentType: 'text/html; charset=utf-8', content: html }] });
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
    const file = join(folder, `${newId('mail')}.eml`);
    writeFileSync(file, bytes as Buffer, { mode: 0o600 });
    logger.info('a mail became a file, because SMTP_URL is not set', { kind: mail.kind, file });
  };

  jobs.onReady(async (boss) => {
    await boss.createQueue(DEAD, { retentionSeconds: 7 * 86_400 });
    // Done jobs go soon: even sealed they need not lie about.
    await boss.createQueue(QUEUE, { retryLimit: 6, retryDelay: 5, retryBackoff: true, retryDelayMax: 900, expireInSeconds: 60, deleteAfterSeconds: 3600, deadLetter: DEAD });
    workerId = await boss.work<{ sealed: string }>(QUEUE, { pollingIntervalSeconds: 2, batchSize: 1 }, async ([job]) => {
      if (!job) return;
      const mail = open(key, job.data.sealed);
      try {
        await deliver(mail);
        counts.sent += 1;
      } catch (error) {
        counts.failed += 1;
        logger.warn('a mail was not sent and is tried again', { kind: mail.kind, job: job.id, error: (error as { code?: string }).code ?? 'UNKNOWN' });
        // Servers repeat addresses in their answers, and these would stand in the job's row.
        throw new Error(`SMTP ${(error as { code?: string }).code ?? 'UNKNOWN'}`);
      } finally {
        // There may be more: the next one does not wait for the next round.
        lookSoon(boss);
      }
    });
  });

  return {
    async send(sql, mail) {
      const boss = await jobs.ready();
      await boss.send(QUEUE, { sealed: seal(key, mail) }, { db: bossDatabase(sql) });
      // The transaction is committed in a moment; a worker that looks too early finds the mail in its next round.
      lookSoon(boss);
    },
    counts: () => counts,
    async close() {
      isOpen = false;
      transport?.close();
    },
  };
}

/** A mail holds a link that opens an account: in the queue it is sealed. */
function seal(key: Buffer, mail: Mail): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  return Buffer.concat([nonce, cipher.update(JSON.stringify(mail), 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64');
}

function open(key: Buffer, sealed: string): Mail {
  const bytes = Buffer.from(sealed, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12));
  decipher.setAuthTag(bytes.subarray(-16));
  return JSON.parse(Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString('utf8')) as Mail;
}
