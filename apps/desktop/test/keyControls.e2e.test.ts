import { testControls } from './controlTests.ts';
import { KEY_SCENES } from './scenes.ts';

testControls(KEY_SCENES);
