/** Ids of rows: prefixed, and sortable by when they were made. */
import { createIdSource, systemClock, systemRandom } from '@uxflow/core/base';

const source = createIdSource(systemClock, systemRandom);

/** A new id: `prefix_` and a UUIDv7. */
export const newId = (prefix: string): string => source.newId(prefix);
