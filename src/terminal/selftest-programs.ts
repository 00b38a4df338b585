// The programs of the self-test: three planted illnesses and their clean twins, all in one Go source so that one
// build serves six processes. Illness and twin differ in one field.
import type { VerdictKind } from '../model/verdict.ts';

export interface SelftestProgram {
  /** The program's argument, and its name in the result. */
  readonly name: string;
  /** What is wrong with it, or what was put right. */
  readonly about: string;
  /** Verdicts that are right, the best one first. */
  readonly expected: readonly [VerdictKind, ...VerdictKind[]];
  /** The function that has to be named. */
  readonly func?: string;
}

export const PROGRAMS: readonly SelftestProgram[] = [
  {
    name: 'early-return',
    about: 'the first answer wins, the other sender blocks for ever',
    expected: ['goroutine-leak'],
    func: 'main.(*desk).ask',
  },
  { name: 'early-return-twin', about: 'the same with a buffer for every answer', expected: ['healthy'] },
  {
    name: 'session-map',
    about: 'sessions are remembered and never forgotten',
    expected: ['heap-leak'],
    func: 'main.(*store).remember',
  },
  { name: 'session-map-twin', about: 'the same with room for 256 sessions', expected: ['healthy'] },
  {
    name: 'lock-order',
    about: 'two transfers take two locks in opposite order',
    // Everybody behind the two locks is lost as well, so naming them as leaked is right too.
    expected: ['deadlock', 'goroutine-leak'],
    func: 'main.(*bank).transfer',
  },
  { name: 'lock-order-twin', about: 'the same with one order for all', expected: ['healthy'] },
];

/** Standard library only, Go 1.21 and later. It ends when its standard input closes. */
export const SOURCE = String.raw`// Self-test of goleak: six small services, chosen by the first argument.
package main

import (
	_ "expvar"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
	"sync"
	"time"
)

func main() {
	go func() {
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	switch os.Args[1] {
	case "early-return":
		every(25*time.Millisecond, (&desk{buffer: 0}).quote)
	case "early-return-twin":
		every(25*time.Millisecond, (&desk{buffer: 2}).quote)
	case "session-map":
		every(4*time.Millisecond, (&store{room: 1 << 30, sessions: map[int][]byte{}}).remember)
	case "session-map-twin":
		every(4*time.Millisecond, (&store{room: 256, sessions: map[int][]byte{}}).remember)
	case "lock-order":
		open(&bank{ordered: false})
	case "lock-order-twin":
		open(&bank{ordered: true})
	default:
		log.Fatalf("no program %q", os.Args[1])
	}
	every(5*time.Millisecond, serve)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("listening http://%s\n", listener.Addr())
	log.Fatal(http.Serve(listener, nil))
}

// every lets a request come in each time the interval has passed.
func every(interval time.Duration, handle func(request int)) {
	go func() {
		for request := 0; ; request++ {
			time.Sleep(interval)
			go handle(request)
		}
	}()
}

// serve is the ordinary traffic of every one of them: a request that reads a body and ends.
func serve(int) {
	body := make([]byte, 256<<10)
	time.Sleep(10 * time.Millisecond)
	body[0]++
}

// desk asks two carriers and takes the first answer.
type desk struct{ buffer int }

func (d *desk) quote(request int) {
	answers := make(chan int, d.buffer)
	for carrier := 0; carrier < 2; carrier++ {
		go d.ask(carrier, answers)
	}
	<-answers
}

func (d *desk) ask(carrier int, answers chan<- int) {
	time.Sleep(time.Duration(1+carrier) * 5 * time.Millisecond)
	answers <- 400 + carrier
}

// store remembers a session for every request; beyond its room it forgets the oldest.
type store struct {
	mu       sync.Mutex
	room     int
	sessions map[int][]byte
}

func (s *store) remember(request int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions[request] = make([]byte, 8<<10)
	delete(s.sessions, request-s.room)
}

// bank moves money between two accounts, each with a lock of its own.
type bank struct {
	accounts [2]struct {
		sync.Mutex
		cents int
	}
	ordered bool
}

func open(b *bank) {
	for teller := 0; teller < 8; teller++ {
		go func(teller int) {
			for turn := teller; ; turn++ {
				time.Sleep(20 * time.Millisecond)
				b.transfer(turn%2, 1-turn%2)
			}
		}(teller)
	}
}

func (b *bank) transfer(from, to int) {
	first, second := from, to
	if b.ordered && second < first {
		first, second = second, first
	}
	b.accounts[first].Lock()
	defer b.accounts[first].Unlock()
	time.Sleep(time.Millisecond)
	b.accounts[second].Lock()
	defer b.accounts[second].Unlock()
	b.accounts[from].cents--
	b.accounts[to].cents++
}
`;
