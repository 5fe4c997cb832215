export { detectLanguage, READ_LIMIT, readText, type ReadTextOptions } from './readText.ts'
export type { ReadAssumption, ReadEdge, ReadEdgeKind, ReadElement, ReadLanguage, ReadNode, ReadNodeType, TextReading } from './reading.ts'
export { readInstruction } from './instruction.ts';
