/** Logical pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/**
 * A phone shows a picture some 390 pixels wide: at three quarters of this width, where type of 15 is still 11. Drawn at
 * twice the density, so that it stays sharp there.
 */
export const PICTURE_WIDTH = 520;
/** What drawn pictures leave free at their left and right, what is between, and their type. */
export const EDGE = 12;
export const INSIDE = PICTURE_WIDTH - 2 * EDGE;
export const TYPE = 15;

export const CHART_SIZE: PictureSize = { width: PICTURE_WIDTH, height: 400 };
