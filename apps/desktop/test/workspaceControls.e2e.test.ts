import { testControls } from './controlTests.ts';
import { WORKSPACE_SCENES } from './scenes.ts';

testControls(WORKSPACE_SCENES);
