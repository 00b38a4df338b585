// Preloaded into the app and the workers that a demo or a test starts: when the starter is gone, in whatever
// way, standard input closes, and they leave by their own front door.
process.stdin.resume();
process.stdin.once('close', () => process.kill(process.pid, 'SIGTERM'));
process.stdin.once('end', () => process.kill(process.pid, 'SIGTERM'));
process.stdin.unref?.();
