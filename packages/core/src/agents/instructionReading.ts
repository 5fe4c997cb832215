import type { LogState } from '../flow/index.ts';
import { readInstruction } from '../language/instruction.ts';
import type { InstructionReading } from '../language/instructionCommand.ts';

/** Readings kept for one state: a turn reads the same few texts again and again. */
const KEPT = 32;
const readings = new WeakMap<LogState, Map<string, InstructionReading>>();

/** What an instruction asks of a flow (see readInstruction), read once for a state: states are values, so a reading of one never grows old. */
export function instructionReading(text: string, state: LogState, options: { hint?: string } = {}): InstructionReading {
  let known = readings.get(state);
  if (!known) readings.set(state, (known = new Map()));
  const key = JSON.stringify([text, options.hint]);
  const found = known.get(key);
  if (found) return found;
  const reading = readInstruction(text, state, options);
  if (known.size >= KEPT) known.delete(known.keys().next().value!);
  known.set(key, reading);
  return reading;
}
