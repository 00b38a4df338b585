// `npm run quality`: starts the scorer through tsx on any Node.js this project supports.
import { register } from 'tsx/esm/api';

register();
const wants = (option) => process.argv.includes(option);
await import(wants('--fit') ? './fit.ts' : wants('--watch') ? './watch.ts' : './score.ts');
