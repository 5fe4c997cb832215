import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { modelError, modelErrorCodes, providerNames } from '@uxflow/core';
import { STORE_ERRORS } from '@uxflow/core/storeErrors';
import { describe, expect, it, test } from 'vitest';
import { errorsEnglish } from './en/errors.ts';
import { errorSentence } from './errorSentence.ts';

const root = join(import.meta.dirname, '../../../../..');

/** Every code that can reach a screen: thrown, handed to a store or commit helper, or told as the reason of a read-only flow. The command line speaks for itself. */
function codesInSource(): string[] {
  const codes = new Set<string>([...modelErrorCodes, ...Object.keys(STORE_ERRORS), 'INTERNAL']);
  for (const folder of ['packages/core/src', 'apps/desktop/src']) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !/\.tsx?$/.test(entry.name) || /\.test\.tsx?$/.test(entry.name) || entry.parentPath.endsWith('hosts/commands')) continue;
      const source = readFileSync(join(entry.parentPath, entry.name), 'utf8');
      for (const pattern of [/new AppError\(\s*'([A-Z][A-Z0-9_]+)'/g, /\bfail\(build, '([A-Z][A-Z0-9_]+)'/g, /missingReference[^']*'(OP_[A-Z_]+)'/g, /readOnly = \{ code: '([A-Z][A-Z0-9_]+)'/gi, /type ReadOnlyReason = '([A-Z][A-Z0-9_]+)'/g]) {
        for (const match of source.matchAll(pattern)) codes.add(match[1]!);
      }
    }
  }
  return [...codes].sort();
}

test('every code that the source throws has its sentence', () => {
  const codes = codesInSource();
  expect(codes.length).toBeGreaterThan(60);
  expect(codes.filter((code) => !Object.hasOwn(errorsEnglish, code))).toEqual([]);
});

test('an unknown code says the sentence of the engine', () => {
  expect(errorSentence('de', { code: 'TOMORROW', message: 'Said by the engine.', params: {} })).toBe('Said by the engine.');
  expect(errorSentence('de', { code: 'toString', message: 'Said by the engine.', params: {} })).toBe('Said by the engine.');
});

describe('models', () => {
  const reasons = [undefined, 'malformed', 'address', 'memory', 'silent', 'unknownHost', 'reset', 'notTls', 'length', 'protocol', 'tooLarge', 'empty', 'contentFilter', 'unknownModel', 'disk', 'network', 'cut', 'other', 'selfSigned', 'unknownAuthority', 'expired', 'notYetValid', 'wrongHost'];
  it.each(modelErrorCodes)('%s is whole in both languages, whatever its reason', (code) => {
    for (const reason of reasons) {
      for (const provider of providerNames) {
        const { message, params } = modelError(code, { provider, model: 'm1', host: 'h:1', timeoutMs: 1500, needed: 9_000, available: 4_096, ...(reason ? { reason } : {}) });
        expect(errorSentence('en', { code, message, params })).toBe(message);
        const german = errorSentence('de', { code, message, params });
        expect(german).not.toMatch(/undefined|null|\[object|NaN/);
        expect(german).toMatch(/An deinem Flow wurde nichts geändert\.$/);
      }
    }
  });

  it('quotes what the provider said, and says the status', () => {
    const { message, params } = modelError('MODEL_KEY_REJECTED', { provider: 'openai', model: 'm1', host: 'h:1', status: 401, detail: 'bad key' });
    expect(errorSentence('de', { code: 'MODEL_KEY_REJECTED', message, params })).toContain('(401)');
    expect(errorSentence('de', { code: 'MODEL_KEY_REJECTED', message, params })).toContain('„bad key“');
  });

  it('ends a quoted sentence once', () => {
    const { message, params } = modelError('MODEL_NO_VISION', { provider: 'openai', model: 'm1', host: 'h:1', detail: 'This model takes no images.' });
    expect(message).toContain('It said: "This model takes no images". Nothing');
    expect(errorSentence('de', { code: 'MODEL_NO_VISION', message, params })).toContain('„This model takes no images“. An');
  });

  it('says the usual mistakes of settings in German', () => {
    const german = (reason: string) => errorSentence('de', { code: 'MODEL_SETTINGS_INVALID', message: '', params: { reason } });
    expect(german('"x y" is not a web address')).toContain('„x y“ ist keine Webadresse');
    expect(german('no model is chosen')).toContain('kein Modell gewählt');
    expect(german('something new')).toContain('something new');
  });
});

test('a refused connection names its machine and the way out', () => {
  const german = errorSentence('de', { code: 'EGRESS_REFUSED', message: '', params: { host: 'llm.example.com', reason: 'localOnly' } });
  expect(german).toContain('llm.example.com');
  expect(german).toContain('Nur lokal');
});

test('a budget of less than a cent is not called nothing', () => {
  const german = errorSentence('de', { code: 'BUDGET_USED_UP', message: '', params: { period: 'day', usedUsd: 0.0042, limitUsd: 0.005 } });
  expect(german).toContain('0,0042');
  expect(german).not.toContain('0,00 ');
});
