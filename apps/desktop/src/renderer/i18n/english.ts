import { answersEnglish } from './en/answers.ts';
import { appEnglish } from './en/app.ts';
import { chatEnglish } from './en/chat.ts';
import { connectionsEnglish } from './en/connections.ts';
import { editorEnglish } from './en/editor.ts';
import { findingsEnglish } from './en/findings.ts';
import { historyEnglish } from './en/history.ts';
import { messagesEnglish } from './en/messages.ts';
import { promptsEnglish } from './en/prompts.ts';
import { securityEnglish } from './en/security.ts';
import { settingsEnglish } from './en/settings.ts';
import { sharingEnglish } from './en/sharing.ts';
import { usageEnglish } from './en/usage.ts';
import { workspaceLifeEnglish } from './en/workspaceLife.ts';
import { workspacesEnglish } from './en/workspaces.ts';
import { keysEnglish } from './en/keys.ts';
import { linksEnglish } from './en/links.ts';
import { workbenchEnglish } from './en/workbench.ts';

/** Every text of the screens in English. */
export const english = { ...answersEnglish, ...appEnglish, ...editorEnglish, ...chatEnglish, ...settingsEnglish, ...usageEnglish, ...workbenchEnglish, ...findingsEnglish, ...historyEnglish, ...messagesEnglish, ...connectionsEnglish, ...promptsEnglish, ...securityEnglish, ...sharingEnglish, ...workspacesEnglish, ...workspaceLifeEnglish, ...keysEnglish, ...linksEnglish } as const;

/** The name of a text; a key that one language lacks does not compile. */
export type TextKey = keyof typeof english;
