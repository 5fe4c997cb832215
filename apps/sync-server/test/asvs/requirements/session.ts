import type { Requirement } from '../requirements.ts';

export const sessionRequirements: readonly Requirement[] = [];
