export { exportFlow, fileStem, textFormats, type TextFormatName } from './exportFlow.ts';
export { inReadingOrder } from './readingOrder.ts';
