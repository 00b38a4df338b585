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

export const CHART_SIZE: PictureSize = { width: PICTURE_WIDTH, height: 400 };
