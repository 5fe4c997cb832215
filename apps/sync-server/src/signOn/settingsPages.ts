/** The pages on which a workspace's connections are set up. */
import type { ServerApp } from '../access/context.ts';
import type { AccessLayer } from '../access/layer.ts';
import type { SignOnRouteParts } from './routes.ts';

/** Adds /sso/settings. */
export function addSettingsPages(_app: ServerApp, _layer: AccessLayer, _parts: SignOnRouteParts): void {}
