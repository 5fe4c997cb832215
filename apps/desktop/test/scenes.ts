/** The states of the app's screens in which controls can be reached, a table a page; each made anew by the engine and a few presses. */
export type { Scene, Stage } from './scenes/stage.ts';
export { CHAT_SCENES, SKETCH } from './scenes/chatScenes.ts';
export { EDITOR_SCENES } from './scenes/editorScenes.ts';
export { KEY_SCENES } from './scenes/keyScenes.ts';
export { LINK_SCENES } from './scenes/linkScenes.ts';
export { LIST_SCENES } from './scenes/listScenes.ts';
export { SETTINGS_SCENES } from './scenes/settingsScenes.ts';
export { SHARING_SCENES } from './scenes/sharingScenes.ts';
export { USAGE_SCENES } from './scenes/usageScenes.ts';
export { WORKSPACE_SCENES } from './scenes/workspaceScenes.ts';
export { openSyncStage } from './scenes/syncStage.ts';
