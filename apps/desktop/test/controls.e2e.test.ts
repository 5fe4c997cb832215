import { testControls } from './controlTests.ts';
import { CHAT_SCENES, LIST_SCENES, SETTINGS_SCENES, USAGE_SCENES } from './scenes.ts';

testControls([...LIST_SCENES, ...CHAT_SCENES, ...SETTINGS_SCENES, ...USAGE_SCENES]);
