// `npm run quality`: starts the scorer through tsx on any Node.js this project supports.
import { register } from 'tsx/esm/api';

register();
await import(process.argv.includes('--watch') ? './watch.ts' : './score.ts');
