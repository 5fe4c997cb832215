/** A real mail server that keeps what it is given. */
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

export interface CaughtMail {
  to: string;
  subject: string;
  /** The plain text. */
  text: string;
  /** As it came. */
  raw: string;
}

export interface TestMailbox {
  /** For SMTP_URL. */
  url: string;
  mails: CaughtMail[];
  /** The first mail to an address that holds the text, taken out; waits up to half a minute. */
  take(to: string, text: string | RegExp): Promise<CaughtMail>;
  /** While true the server refuses for now what it is given. */
  isBroken: boolean;
  close(): Promise<void>;
}

/** A mailbox on a free port. */
export async function startTestMailbox(): Promise<TestMailbox> {
  const box: TestMailbox = {
    url: '',
    mails: [],
    isBroken: false,
    async take(to, text) {
      const until = Date.now() + 30_000;
      for (;;) {
        const at = box.mails.findIndex((mail) => mail.to === to && (typeof text === 'string' ? `${mail.subject}\n${mail.text}`.includes(text) : text.test(`${mail.subject}\n${mail.text}`)));
        if (at >= 0) return box.mails.splice(at, 1)[0]!;
        if (Date.now() > until) throw new Error(`no mail to ${to} with ${text}; there are: ${box.mails.map((mail) => `${mail.to}: ${mail.subject}`).join(', ')}`);
        await new Promise((done) => setTimeout(done, 20));
      }
    },
    close: () => new Promise<void>((done) => server.close(() => done())),
  };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    logger: false,
    onData(stream, session, answer) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (box.isBroken) return answer(Object.assign(new Error('come again later'), { responseCode: 451 }));
        const raw = Buffer.concat(chunks).toString('utf8');
        for (const { address } of session.envelope.rcptTo) box.mails.push({ to: address, subject: decodeHeader(/^Subject: (.*(?:\r\n[ \t].*)*)/m.exec(raw)?.[1] ?? ''), text: textOf(raw), raw });
        return answer();
      });
    },
  });
  server.on('error', () => {});
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()));
  box.url = `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
  return box;
}

/** The secret behind the # of the first link, or the code, of a mail. */
export function secretOf(mail: CaughtMail): string {
  const match = /#([\w-]{16,})/.exec(mail.text);
  if (!match) throw new Error(`no secret in: ${mail.text}`);
  return match[1]!;
}

function textOf(raw: string): string {
  const part = raw.split(/\r\n--[^\r\n]+/).find((one) => /content-type: text\/plain/i.test(one)) ?? raw;
  const at = part.indexOf('\r\n\r\n');
  const body = part.slice(at + 4);
  const coding = /content-transfer-encoding: (\S+)/i.exec(part.slice(0, at))?.[1]?.toLowerCase();
  if (coding === 'base64') return Buffer.from(body, 'base64').toString('utf8');
  return coding === 'quoted-printable' ? fromQuoted(body) : body;
}

function fromQuoted(text: string): string {
  return Buffer.from(text.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))), 'latin1').toString('utf8');
}

function decodeHeader(text: string): string {
  return text.replace(/\r\n[ \t]+/g, '').replace(/=\?utf-8\?([QB])\?([^?]*)\?=/gi, (_, kind: string, body: string) => (kind.toUpperCase() === 'B' ? Buffer.from(body, 'base64').toString('utf8') : fromQuoted(body.replace(/_/g, ' '))));
}
