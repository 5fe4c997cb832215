import { testControls } from './controlTests.ts';
import { EDITOR_SCENES } from './scenes.ts';

testControls(EDITOR_SCENES);
