import { z } from 'zod';
import type { AppError } from '../base/error.ts';
import { openCallWindow, type CallWindow } from './callWindow.ts';
import { modelError, type ModelSubject } from './modelError.ts';
import type { ListedModel, ListOptions } from './providerAdapter.ts';
import { systemTiming, type ModelTiming } from './retry.ts';
import { errorFromThrown } from './wireError.ts';

/** What `work` gives within the listing's time. Rejects with a model AppError: a body of a strange shape is MODEL_OUTPUT_INVALID. */
export async function withListWindow<T>(options: ListOptions, subject: ModelSubject, secrets: readonly string[], work: (window: CallWindow, timing: ModelTiming) => Promise<T>): Promise<T> {
  const timing = options.timing ?? systemTiming;
  const window = openCallWindow(subject, timing.clock, options.timeoutMs ?? 10_000, options.signal);
  try {
    return await window.race(work(window, timing));
  } catch (error) {
    throw window.failure() ?? listError(error, subject, secrets);
  } finally {
    window.close();
  }
}

function listError(error: unknown, subject: ModelSubject, secrets: readonly string[]): AppError {
  // JSON of a shape that no such server sends: something else answers at this address.
  if (error instanceof z.ZodError || error instanceof TypeError) {
    const known = errorFromThrown(error, subject, secrets);
    return known.code === 'MODEL_PROVIDER_FAILED' ? modelError('MODEL_OUTPUT_INVALID', { ...subject, reason: 'protocol' }) : known;
  }
  return errorFromThrown(error, subject, secrets);
}

/** The models by name. */
export function byName(models: ListedModel[]): ListedModel[] {
  return models.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** An object with this field, or without it where the value says nothing. */
export function defined<K extends string, T>(name: K, value: T | null | undefined): { [key in K]?: T } {
  return (value === null || value === undefined || value === '' ? {} : { [name]: value }) as { [key in K]?: T };
}
