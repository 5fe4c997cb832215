import type { InstructionContext } from './instructionContext.ts';
import { additionRules } from './instructionAddition.ts';
import { changeRules } from './instructionChange.ts';
import { connectionRules } from './instructionConnection.ts';
import { removalRules } from './instructionRemoval.ts';

/** One way to say one kind of edit. `run` gets the match; it returns false when the words turn out to mean something else. */
export interface ClauseRule {
  english?: RegExp;
  german?: RegExp;
  run(match: RegExpExecArray, context: InstructionContext): boolean | void;
}

/** Reads one clause into commands; false when no rule knows it. Rules are tried in order, the more special first. */
export function readClause(clause: string, context: InstructionContext): boolean {
  for (const rule of RULES) {
    const patterns = context.german ? [rule.german, rule.english] : [rule.english, rule.german];
    for (const pattern of patterns) {
      const match = pattern?.exec(clause);
      if (match && rule.run(match, context) !== false) return true;
    }
  }
  return false;
}

const RULES: ClauseRule[] = [...changeRules, ...removalRules, ...connectionRules, ...additionRules];
