// The row of `check` in the table of verbs: it has the longest help of all.
import { readCheck } from './read-check.ts';
import type { Verb } from './verb.ts';

export const CHECK_VERB: Verb = {
  verb: 'check',
  aliases: ['gate'],
  doors: ['terminal'],
  usage:
    'check URL|SERVICE [--load CMD] [--for 30s] | check --before CMD --after CMD [--load CMD] | check BEFORE AFTER…',
  about: 'A gate for CI: looks before load and after it has gone, and ends with 10 when something leaked',
  flags: [
    { flag: '--load CMD', about: 'what makes load; without it, whatever load there is' },
    { flag: '--warm-up 10s', about: 'load before the first look, so that pools and caches are filled' },
    {
      flag: '--for 30s',
      about: 'load between the first look and the last, in two halves with a look between',
    },
    {
      flag: '--settle 15s',
      about: 'longest wait for the goroutines to stop falling once the load has ended',
    },
    { flag: '--before CMD', about: 'a command that brings the look before; see below' },
    { flag: '--after CMD', about: 'a command that brings a look after load' },
    {
      flag: '--shell',
      about: 'have /bin/sh run these commands (pipes, variables); else no shell is involved',
    },
    {
      flag: '--service NAME',
      about: 'whose rules of services.yml hold: what is no leak, own code, memory limit',
    },
    { flag: '--strict', about: 'fail as well when it cannot tell (exit status 11)' },
    { flag: '--junit FILE', about: 'write the outcome as JUnit XML' },
    { flag: '--annotations', about: 'print GitHub annotations; by itself where GITHUB_ACTIONS is true' },
    { flag: '--save DIR', about: 'keep the raw artefacts, one folder a look' },
    { flag: '--html FILE', about: 'write the report as a page that needs no network' },
  ],
  notes: [
    'The load command is started without a shell, in a process group of its own. It is ended when its time is up',
    '(SIGTERM, then SIGKILL) and started again when it ends sooner; ending with an error fails the check, and only',
    'then is its output shown. Each look comes after the load: what recedes with it is no leak, what stays is one.',
    'On an address every look has the service collect its garbage first, so check test services, not production.',
    'What --before and --after print is the look (a dump, a profile, a zip of them). With {dir} in the command, an',
    'empty folder takes its place, and the files that the command leaves there are the look. Each has 5 minutes.',
    'A Markdown summary is appended to the file that GITHUB_STEP_SUMMARY names.',
    'Exit status: 0 no leak found, or it cannot tell (which is said); 10 leak; 11 cannot tell, with --strict;',
    '1 usage, bad input or a command that failed; 2 service unreachable; 70 our fault.',
  ],
  examples: [
    "check http://localhost:6060 --load 'hey -z 1h http://localhost:8080/orders' --for 60s",
    "check --before 'sh dump.sh {dir}' --load 'go test -run Soak ./...' --after 'sh dump.sh {dir}'",
    'check before/ after/ --service payments-svc --junit goleak.xml',
  ],
  read: readCheck,
};
