import type { Requirement } from '../requirements.ts';

export const authorizationRequirements: readonly Requirement[] = [];
