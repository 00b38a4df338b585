import { z } from 'zod';

/** Name of an environment variable, in which a credential is; the value itself is never in services.yml. */
export const variable = z.string().regex(/^[A-Z][A-Z0-9_]*$/);
