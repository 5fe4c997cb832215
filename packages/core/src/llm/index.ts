/**
 * Language models behind one interface. A provider is an entry of providerTable and an adapter
 * (openAiModel, azureModel, ollamaModel, anthropicModel, geminiModel) that makes one exchange through the vendor's client;
 * structuredModel puts the time limit, retries, schema parsing and the repair turn around it; providerFetch stands between client and
 * network and turns every failure of the wire into an AppError; egress is the only way out, checks the host and keeps the record.
 * Around a model stand, each a LanguageModel itself: recordedModel, budgetedModel, breakerModel, guardedModel, failoverModel, cachedModel.
 */
export type { CallPurpose, GenerateRequest, GenerateResult, LanguageModel, ModelImage, ModelMessage, OutputShape, TokenUsage, ToolCall, ToolDefinition } from './languageModel.ts';
export { modelError, modelErrorCodes, redactText, type ModelErrorCode } from './modelError.ts';
export { BREAKER_LIMITS, breakerModel, createBreaker, type Breaker, type BreakerLimits, type BreakerState } from './breaker.ts';
export { guardedModel, leastTokens, type KnownAbilities } from './abilityGuard.ts';
export type { LearnedAbilities } from './learned.ts';
export { AZURE_API_VERSION } from './azureModel.ts';
export { failoverModel, type FailoverEntry } from './failover.ts';
export { ProxyFailure, type ProxyFailureKind } from './proxyFailure.ts';
export { createEgress, type Egress, type EgressDependencies, type EgressRecord } from './egress.ts';
export { openGatedSocket, socketAddress, type GatedSocket, type GatedSocketEvents } from './egressSocket.ts';
export { findRefusal, hostEntry, isLoopback, type EgressPolicy, type EgressRefusal } from './egressPolicy.ts';
export { createOpenAiModel, OPENAI_BASE_URL, type OpenAiModelOptions } from './openAiModel.ts';
export { createOllamaModel, OLLAMA_BASE_URL, type OllamaModelOptions } from './ollamaModel.ts';
export { systemTiming, type ModelTiming } from './retry.ts';
export { allowedHostsOf, createModel, modelSettingsSchema, type ModelDependencies, type ModelSettings } from './createModel.ts';
export { parseModelId, providerInfo, providerNames, providerTable, type ModelProvider, type ProviderInfo, type ProviderPanel } from './providerTable.ts';
export type { ListedModel, ListOptions, ProviderAdapter, ProviderConnection, ProviderModelOptions } from './providerAdapter.ts';
export { providerAdapters } from './providerAdapters.ts';
export { detectOllama, showOllamaModel, type FoundOllama, type OllamaModelDetails } from './ollamaProvider.ts';
export { pullOllamaModel, type PullOptions } from './ollamaPull.ts';
export type { PullProgress } from './pullProgress.ts';
export { probeModel, type ModelProbe } from './probeModel.ts';
export { testModel, type ModelTest } from './testModel.ts';
export { openRecord, recordedModel, type CallLedger, type ModelCallOutcome, type ModelCallRecord, type RecordingOptions } from './callLedger.ts';
export { cosine, recordedEmbeddings, type EmbeddingModel, type EmbeddingUse, type EmbedRequest, type EmbedResult } from './embeddingModel.ts';
export { createEmbeddings } from './createEmbeddings.ts';
export { cachedModel, type AnswerCacheOptions, type AnswerFlights, type AnswerStore, type KeptAnswer, type KeptQuestion } from './answerCache.ts';
export { createBudgetMeter, type BudgetLimits, type BudgetMeter, type BudgetPeriod } from './budgetMeter.ts';
export { budgetedModel } from './budgetedModel.ts';
export { costOfUsage, priceEntrySchema, priceOf, type KnownPrice, type PriceEntry } from './price.ts';
export { builtInPrices } from './priceList.ts';
export { estimateInputTokens } from './tokenEstimate.ts';
export { callsToCsv, type ExportedCall } from './callsCsv.ts';
export { callsToOtlp, type OtlpRequest, type OtlpSpan } from './callSpans.ts';
