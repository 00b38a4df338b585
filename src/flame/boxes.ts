// Where each call of a flame stands: its row, and its share of the whole from left to right. No pixels yet.
import type { Flame } from '../model/flame.ts';

export interface FlameBox {
  readonly node: number;
  /** 0 for everything. */
  readonly row: number;
  readonly from: number;
  readonly to: number;
}

export interface FlameBoxes {
  readonly boxes: readonly FlameBox[];
  /** Calls with a share of their own that are too narrow to be shown. */
  readonly narrow: number;
}

/** @param narrowest share of the whole below which a call is not shown */
export function flameBoxes(flame: Flame, narrowest: number): FlameBoxes {
  const whole = flame.after[0] ?? 0;
  const boxes: FlameBox[] = [];
  /** Box by node, and where its next child begins. */
  const placed: { readonly row: number; next: number }[] = [];
  let narrow = 0;
  for (const [node, value] of flame.after.entries()) {
    const parent = node === 0 ? { row: -1, next: 0 } : placed[flame.parents[node] ?? 0];
    const share = whole > 0 ? value / whole : 0;
    if (parent === undefined || share < narrowest) {
      if (value > 0) narrow += 1;
      continue;
    }
    const box = { node, row: parent.row + 1, from: parent.next, to: parent.next + share };
    parent.next = box.to;
    placed[node] = { row: box.row, next: box.from };
    boxes.push(box);
  }
  return { boxes, narrow };
}

/** How much of the larger side a call gained (1: it is new) or lost (-1: it is gone). */
export function growthOf({ before, after }: Flame, node: number): number {
  const [was, is] = [before?.[node] ?? 0, after[node] ?? 0];
  const larger = Math.max(was, is);
  return larger > 0 ? (is - was) / larger : 0;
}
