// What the gallery shows: a scene is played into a workspace of its own, and the page shows it.
import type { GalleryRoom } from './room.ts';

/** Where what is shown comes from; each is recorded, and can be recorded again. */
export interface SceneOrigin {
  /** `go1.26.8`; absent where no Go process was asked. */
  readonly go?: string;
  readonly program: string;
  readonly command: string;
}

/** What of the page is looked at. */
export type Sight =
  | { readonly at: 'channel'; readonly channel?: string }
  | { readonly at: 'thread'; readonly ts: string; readonly channel?: string }
  | { readonly at: 'modal' }
  | { readonly at: 'home' }
  | OwnPage;

/** A page of its own, opened from disk as somebody opens an attached one; of it, what a screen shows. */
export interface OwnPage {
  readonly at: 'page';
  readonly html: string;
  /** Typed into its search. */
  readonly search?: string;
  /** What is scrolled to the top. */
  readonly from?: string;
}

export interface Scene {
  /** Its pictures are called so. */
  readonly name: string;
  /** What it shows, a sentence. */
  readonly about: string;
  readonly origin: readonly SceneOrigin[];
  readonly play: (room: GalleryRoom) => Promise<Sight>;
}
