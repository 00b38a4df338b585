// The forensic handbook's figures. Rules built on them add clues, which say the figure that was used; they
// never decide a verdict alone, because the handbook knows neither identity nor the collector's saw.
import type { AnalysisContext, HandbookRules } from '../model/verdict.ts';

export const HANDBOOK: HandbookRules = {
  pileUp: 100,
  siteShare: 0.7,
  nearGoal: 0.95,
  fragmentationBytes: 50 * 1024 * 1024,
  growthBytesPerSecond: 2 * 1024 * 1024,
  growthSeconds: 180,
  freesShare: 0.5,
  retentionDepth: 8,
};

export function rulesOf({ context }: { readonly context: AnalysisContext }): HandbookRules {
  return { ...HANDBOOK, ...context.rules };
}
