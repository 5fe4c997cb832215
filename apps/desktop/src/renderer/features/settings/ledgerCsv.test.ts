import { expect, test } from 'vitest';
import { ledgerCsv } from './ledgerCsv.ts';

test('rows are quoted where they must be, and no table program calculates them', () => {
  const row = { startedAt: 0, host: 'a,"b".example', port: 443, purpose: '=1+1', method: 'POST', status: 200, requestBytes: 1, responseBytes: 2, ms: 3.5, outcome: 'ok' };
  expect(ledgerCsv([row])).toBe('startedAt,host,port,purpose,method,status,requestBytes,responseBytes,ms,outcome,reason\r\n1970-01-01T00:00:00.000Z,"a,""b"".example",443,\'=1+1,POST,200,1,2,3.5,ok,\r\n');
});
