import { answersGerman } from './de/answers.ts';
import { appGerman } from './de/app.ts';
import { chatGerman } from './de/chat.ts';
import { connectionsGerman } from './de/connections.ts';
import { editorGerman } from './de/editor.ts';
import { findingsGerman } from './de/findings.ts';
import { historyGerman } from './de/history.ts';
import { messagesGerman } from './de/messages.ts';
import { promptsGerman } from './de/prompts.ts';
import { securityGerman } from './de/security.ts';
import { settingsGerman } from './de/settings.ts';
import { sharingGerman } from './de/sharing.ts';
import { usageGerman } from './de/usage.ts';
import { workspaceLifeGerman } from './de/workspaceLife.ts';
import { workspacesGerman } from './de/workspaces.ts';
import { keysGerman } from './de/keys.ts';
import { linksGerman } from './de/links.ts';
import { workbenchGerman } from './de/workbench.ts';
import type { TextKey } from './english.ts';

/** Every text of the screens in German. */
export const german: Readonly<Record<TextKey, string>> = { ...answersGerman, ...appGerman, ...editorGerman, ...chatGerman, ...settingsGerman, ...usageGerman, ...workbenchGerman, ...findingsGerman, ...historyGerman, ...messagesGerman, ...connectionsGerman, ...promptsGerman, ...securityGerman, ...sharingGerman, ...workspacesGerman, ...workspaceLifeGerman, ...keysGerman, ...linksGerman };
