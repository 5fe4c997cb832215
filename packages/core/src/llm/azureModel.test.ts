import { expect, it } from 'vitest';
import { z } from 'zod';
import { createAzureModel, listAzureDeployments, readAzureBaseUrl } from './azureModel.ts';
import { allowedHostsOf } from './createModel.ts';
import { instantTiming, openEgress, sendEvents, sendJson, type WireServer } from './testServers.ts';
import { startWireStage } from './testStage.ts';
import { openAiChunks, openAiError } from './wireFixtures.ts';

/**
 * Sources: learn.microsoft.com/azure/ai-services/openai/reference (paths, `api-key`, `api-version`; the first chunk of a stream holds
 * `prompt_filter_results` and no choices), .../concepts/content-filter (the error `content_filter` with `innererror`), .../how-to/create-resource
 * (DeploymentNotFound).
 */
const KEY = '0123456789abcdef0123456789abcdef';
const PATH = '/openai/deployments/gpt-4o-prod/chat/completions?api-version=2024-10-21';
const promptFilter = { id: '', object: '', created: 0, model: '', prompt_filter_results: [{ prompt_index: 0, content_filter_results: { hate: { filtered: false, severity: 'safe' } } }], choices: [] };
const start = startWireStage();
const modelOf = (server: WireServer, change: { apiVersion?: string; baseUrl?: string } = {}) =>
  createAzureModel({ baseUrl: change.baseUrl ?? server.origin, apiKey: KEY, model: 'gpt-4o-prod', egress: openEgress().egress, timing: instantTiming(), ...(change.apiVersion ? { apiVersion: change.apiVersion } : {}) });
const ask = { system: 'You are brief.', messages: [{ role: 'user' as const, content: 'Hello!' }] };

it('streams from a deployment under its own path, with its own key header', async () => {
  const server = await start((_request, response) => sendEvents(response, [promptFilter, ...openAiChunks(['{"city":', '"Bern"}'])]));
  const model = modelOf(server);
  let shown = '';
  const result = await model.generate({ ...ask, maxTokens: 50, schema: { name: 'capital', schema: z.object({ city: z.string() }) }, onToken: (text) => (shown += text) });
  expect(result).toMatchObject({ object: { city: 'Bern' }, usage: { inputTokens: 12, outputTokens: 5 } });
  expect(shown).toBe('{"city":"Bern"}');
  expect(model).toMatchObject({ id: 'azure:gpt-4o-prod', provider: 'azure' });
  const [seen] = server.requests;
  expect(seen).toMatchObject({ method: 'POST', path: PATH, body: { stream: true, max_completion_tokens: 50, response_format: { type: 'json_schema' } } });
  expect(seen!.headers['api-key']).toBe(KEY);
  expect(seen!.headers.authorization).toBeUndefined();
});

it('speaks the version that the connection names, and reads the address however it was pasted', async () => {
  const server = await start((_request, response) => sendEvents(response, openAiChunks(['ok'])));
  await modelOf(server, { apiVersion: '2025-04-01-preview', baseUrl: `${server.origin}${PATH}` }).generate({ ...ask, onToken: () => {} });
  expect(server.requests[0]!.path).toBe(PATH.replace('2024-10-21', '2025-04-01-preview'));
  for (const address of ['https://r.openai.azure.com', 'r.openai.azure.com/', `https://r.openai.azure.com${PATH}`, 'https://r.openai.azure.com/openai/v1/', 'https://r.openai.azure.com/openai']) expect(readAzureBaseUrl(address)).toEqual({ url: 'https://r.openai.azure.com', host: 'r.openai.azure.com' });
  expect(readAzureBaseUrl('https://gateway.corp/azure-ai/openai/deployments/x').url).toBe('https://gateway.corp/azure-ai');
  expect(() => readAzureBaseUrl('  ')).toThrow(expect.objectContaining({ code: 'MODEL_SETTINGS_INVALID' }));
  expect(allowedHostsOf([{ provider: 'azure', baseUrl: 'https://r.openai.azure.com' }, { provider: 'azure', baseUrl: '' }])).toEqual(['r.openai.azure.com:443']);
});

it.each([
  [401, { error: { code: '401', message: 'Access denied due to invalid subscription key or wrong API endpoint.' } }, 'MODEL_KEY_REJECTED', {}],
  [404, { error: { code: 'DeploymentNotFound', message: 'The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again.' } }, 'MODEL_NOT_FOUND', { reason: 'model' }],
  [404, { error: { code: '404', message: 'Resource not found' } }, 'MODEL_NOT_FOUND', { reason: 'address' }],
  [400, { error: { message: "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.", type: null, param: 'prompt', code: 'content_filter', status: 400, innererror: { code: 'ResponsibleAIPolicyViolation' } } }, 'MODEL_REFUSED', { reason: 'contentFilter' }],
  [429, { error: { code: '429', message: 'Requests to the ChatCompletions_Create Operation have exceeded call rate limit of your current pricing tier.' } }, 'MODEL_RATE_LIMITED', {}],
])('reports %i %o', async (status, body, code, params) => {
  const server = await start((_request, response) => sendJson(response, status, body));
  const error: unknown = await modelOf(server).generate(ask).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code, params: { provider: 'azure', status, ...params } });
  expect(JSON.stringify(error)).not.toContain(KEY);
});

it('falls back from a parameter that a deployment does not know', async () => {
  const server = await start((request, response) =>
    'max_completion_tokens' in request.body ? sendJson(response, 400, openAiError("Unrecognized request argument supplied: max_completion_tokens", 'invalid_request_error', null, 'max_completion_tokens')) : sendEvents(response, openAiChunks(['ok'])));
  expect((await modelOf(server).generate({ ...ask, maxTokens: 9, onToken: () => {} })).text).toBe('ok');
  expect(server.requests[1]!.body).toMatchObject({ max_tokens: 9 });
});

it('lists deployments where the resource tells them', async () => {
  const server = await start((request, response) =>
    request.path.startsWith('/openai/deployments?') ? sendJson(response, 200, { data: [{ id: 'gpt-4o-prod', model: 'gpt-4o', status: 'succeeded', object: 'deployment' }], object: 'list' }) : sendJson(response, 404, {}));
  const options = { baseUrl: server.origin, apiKey: KEY, egress: openEgress().egress };
  expect(await listAzureDeployments(options)).toEqual([{ name: 'gpt-4o-prod', title: 'gpt-4o' }]);
  expect(server.requests[0]!.headers['api-key']).toBe(KEY);
  const silent = await start((_request, response) => sendJson(response, 404, { error: { code: '404', message: 'Resource not found' } }));
  expect(await listAzureDeployments({ ...options, baseUrl: silent.origin })).toEqual([]);
  const locked = await start((_request, response) => sendJson(response, 401, { error: { code: '401', message: 'Access denied' } }));
  await expect(listAzureDeployments({ ...options, baseUrl: locked.origin })).rejects.toMatchObject({ code: 'MODEL_KEY_REJECTED' });
});
