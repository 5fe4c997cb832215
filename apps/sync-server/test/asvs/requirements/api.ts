import type { Requirement } from '../requirements.ts';

export const apiRequirements: readonly Requirement[] = [];
