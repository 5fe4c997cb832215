/** What is seen on a picture: things and what leads from one to another. */
import { z } from 'zod';
import { ELEMENT_TYPES, NODE_TYPES } from '../../flow/schema.ts';

/** Most things and arrows of one picture. */
export const MOST_DRAWN = 300;

/** A thing on a picture: a step of a flow, or (with `within`) a field or button on a screen. */
export const drawnElementSchema = z.object({
  id: z.string().min(1).max(100),
  type: z.enum([...NODE_TYPES, ...ELEMENT_TYPES]),
  text: z.string().max(2000),
  /** Id of the screen that this stands on. */
  within: z.string().optional(),
});
export const drawnConnectionSchema = z.object({ from: z.string(), to: z.string(), label: z.string().max(300).optional() });

/** A picture as structure, or why there is none. */
export const drawingSchema = z.discriminatedUnion('status', [
  z.object({ status: z.literal('success'), description: z.string(), elements: z.array(drawnElementSchema).min(1).max(MOST_DRAWN), connections: z.array(drawnConnectionSchema).max(2 * MOST_DRAWN) }),
  z.object({ status: z.literal('error'), errorMessage: z.string().min(1) }),
]);

export type Drawing = z.infer<typeof drawingSchema>;
export type DrawnElement = z.infer<typeof drawnElementSchema>;
export type DrawnConnection = z.infer<typeof drawnConnectionSchema>;
/** Structure that a file carries in itself, and what carried it. */
export interface CarriedDrawing {
  source: 'uxflow' | 'drawio' | 'svg';
  elements: DrawnElement[];
  connections: DrawnConnection[];
}
