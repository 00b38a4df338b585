// The event types of format 2 of Go's execution trace (src/internal/trace/tracev2/events.go of Go 1.26), and how
// many numbers stand behind each. Formats 1.22 to 1.26 only ever added to the list.

// Structure: batches and what stands in them instead of events.
export const EVENT_BATCH = 1;
export const STACKS = 2;
export const STACK = 3;
export const STRINGS = 4;
export const STRING = 5;
export const CPU_SAMPLES = 6;
export const FREQUENCY = 8;
export const EXPERIMENTAL_BATCH = 49;
export const SYNC = 50;
export const CLOCK_SNAPSHOT = 51;
export const END_OF_GENERATION = 52;

// Goroutines.
export const GO_CREATE = 14;
export const GO_CREATE_SYSCALL = 15;
export const GO_START = 16;
export const GO_DESTROY = 17;
export const GO_DESTROY_SYSCALL = 18;
export const GO_STOP = 19;
export const GO_BLOCK = 20;
export const GO_UNBLOCK = 21;
export const GO_SYSCALL_BEGIN = 22;
export const GO_SYSCALL_END = 23;
export const GO_SYSCALL_END_BLOCKED = 24;
export const GO_STATUS = 25;
export const GO_SWITCH = 45;
export const GO_SWITCH_DESTROY = 46;
export const GO_CREATE_BLOCKED = 47;
export const GO_STATUS_STACK = 48;

// The runtime.
export const STW_BEGIN = 26;
export const STW_END = 27;
export const GC_ACTIVE = 28;
export const GC_BEGIN = 29;
export const GC_END = 30;
export const HEAP_ALLOC = 37;
export const HEAP_GOAL = 38;

/** Numbers behind the time of each event type, in order from type 9 (ProcsChange) on. */
const ARGUMENTS_FROM_9 = [
  2,
  2,
  0,
  3,
  2, // processors: change, start, stop, steal, status
  3,
  1,
  2,
  0,
  0,
  2,
  2,
  3,
  2,
  0,
  0,
  3, // goroutines: create … status
  2,
  0, // the world stops, goes on
  1,
  2,
  1,
  1,
  1,
  2,
  1,
  1,
  0,
  1,
  1, // collection, sweep, assist, heap allocated and goal
  1,
  4,
  2,
  3,
  3,
  4, // label, task, region, log
  2,
  2,
  3,
  4, // coroutine switch, switch and end, created blocked; status with a stack
]; // prettier-ignore
/** Of the experiment that follows allocations, from type 128 on. */
const ARGUMENTS_FROM_128 = [3, 3, 1, 2, 2, 1, 2, 2, 1];

/** Numbers behind an event's time by its type; -1 for what is no event. */
export const ARGUMENTS = argumentTable();

function argumentTable(): Int8Array {
  const table = new Int8Array(256).fill(-1);
  table.set(ARGUMENTS_FROM_9, 9);
  table.set(ARGUMENTS_FROM_128, 128);
  return table;
}

/** 1 for the events that answer something here. Processors come and go as often as goroutines, and answer nothing. */
export const MATTERS = Uint8Array.from({ length: 256 }, (_, type) =>
  (type >= GO_CREATE && type <= GC_END) ||
  type === HEAP_ALLOC ||
  type === HEAP_GOAL ||
  (type >= GO_SWITCH && type <= GO_STATUS_STACK)
    ? 1
    : 0,
);
