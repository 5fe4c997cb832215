import type { Requirement } from '../requirements.ts';

export const beyondRequirements: readonly Requirement[] = [];
