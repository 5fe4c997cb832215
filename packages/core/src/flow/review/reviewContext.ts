import { graphOf, loopsOf, reachableFrom, reaching, stronglyConnected, type Graph, type Way } from '../graph.ts';
import type { FlowView, Node } from '../schema.ts';
import type { FindPlace } from './finding.ts';
import { createFreePlaces } from './freePlaces.ts';

/** Language of texts that a fix writes into the flow. */
export type TextLanguage = 'en' | 'de';

export interface ReviewOptions {
  /** The other flows of the workspace by id, for checks of sub-flows; without them only the node itself is checked. */
  otherFlows?: ReadonlyMap<string, FlowView>;
  /** A better way to find free places than the simple one (which looks to the right and below). */
  place?: FindPlace;
  /** Language of new labels and titles; else the flow's own setting, else English. */
  language?: TextLanguage;
}

/** What the rules share, computed once a review (what is costly only when a rule asks). */
export interface ReviewContext {
  readonly view: FlowView;
  readonly options: ReviewOptions;
  readonly language: TextLanguage;
  /** Steps only: notes are left out. */
  readonly graph: Graph;
  /** Nodes that are steps, sorted by id. */
  readonly steps: readonly Node[];
  readonly starts: readonly Node[];
  readonly ends: readonly Node[];
  /** Steps that a start leads to. */
  readonly reached: ReadonlyMap<string, number>;
  /** Steps from which an end can be reached. */
  readonly finishing: ReadonlyMap<string, number>;
  /** Sets of nodes in which a walk can go round. */
  readonly loops: readonly (readonly string[])[];
  /** Index of the strongly connected component of a node. */
  readonly componentOf: ReadonlyMap<string, number>;
  readonly place: FindPlace;
  waysOut(id: string): readonly Way[];
  waysIn(id: string): readonly Way[];
}

/** The context of one review. */
export function createReviewContext(view: FlowView, options: ReviewOptions): ReviewContext {
  const graph = graphOf(view);
  const steps = graph.nodeIds.map((id) => view.node.get(id)!);
  const starts = steps.filter((node) => node.type === 'start');
  const ends = steps.filter((node) => node.type === 'end');
  const setting = view.flow.settings?.language;
  const once = <T>(make: () => T): (() => T) => {
    let value: { it: T } | null = null;
    return () => (value ??= { it: make() }).it;
  };
  const reached = once(() => reachableFrom(graph, starts.map((node) => node.id)));
  const finishing = once(() => reaching(graph, ends.map((node) => node.id)));
  const loops = once(() => loopsOf(graph));
  const components = once(() => new Map(stronglyConnected(graph).flatMap((ids, index) => ids.map((id) => [id, index] as const))));
  const freePlaces = once(() => createFreePlaces(view));
  return {
    view,
    options,
    language: options.language ?? (setting?.startsWith('de') ? 'de' : 'en'),
    graph,
    steps,
    starts,
    ends,
    get reached() {
      return reached();
    },
    get finishing() {
      return finishing();
    },
    get loops() {
      return loops();
    },
    get componentOf() {
      return components();
    },
    place: (request) => (options.place ?? freePlaces())(request),
    waysOut: (id) => graph.outgoing.get(id) ?? [],
    waysIn: (id) => graph.incoming.get(id) ?? [],
  };
}

/** Parameters that name a node in a sentence; the sentence says the type where the title is empty. */
export function named(node: Node): { title: string; type: string } {
  return { title: node.data.title.trim(), type: node.type };
}
