import { testControls } from './controlTests.ts';
import { LINK_SCENES } from './scenes.ts';

testControls(LINK_SCENES);
