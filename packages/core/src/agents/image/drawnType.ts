import type { NodeType } from '../../flow/schema.ts';

/** The kind of step that a drawn shape stands for, by its form, its words and its arrows. */
export function drawnType(shape: 'box' | 'round' | 'diamond' | 'ellipse' | 'note', text: string, ways: { in: number; out: number }): NodeType {
  const words = text.trim();
  if (shape === 'note') return 'note';
  if (START.test(words) && ways.in === 0) return 'start';
  if (END.test(words) && ways.out === 0) return 'end';
  if (shape === 'diamond' || /\?$/.test(words)) return 'decision';
  if ((shape === 'ellipse' || shape === 'round') && ways.in === 0 && ways.out > 0 && (!words || shape === 'ellipse')) return 'start';
  if ((shape === 'ellipse' || shape === 'round') && ways.out === 0 && ways.in > 0 && (!words || shape === 'ellipse')) return 'end';
  if (API.test(words)) return 'apiCall';
  if (POPUP.test(words)) return 'popup';
  if (ACTION.test(words)) return 'action';
  return 'screen';
}

const START = /^(?:start|begin|anfang|beginn|los)$/iu;
const END = /^(?:end|finish(?:ed)?|done|stop|exit|ende|fertig|schluss)$/iu;
const API = /^(?:GET|POST|PUT|PATCH|DELETE)\s+\/|\bAPI\b|\b(?:http|rest|endpoint|webhook|server request)\b/iu;
const POPUP = /\b(?:pop-?up|modal|dialog|toast|alert|overlay|bottom sheet)\b|(?:meldung|hinweisfenster)(?!\p{L})/iu;
const ACTION = /^(?:send|save|create|store|charge|delete|notify|validate|verify|calculate|generate|log|update|sende|speicher|erstell|lösch|berechne|prüfe|benachrichtig)\w*\s/iu;
