import { testControls } from './controlTests.ts';
import { SHARING_SCENES } from './scenes.ts';

testControls(SHARING_SCENES);
