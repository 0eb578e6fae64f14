/*
 * A word of the page that a service and one client share: what is used again, and what comes late.
 * move.pml has the mover and the memory; README.md says what is checked, and how.
 *
 * here              in the code of dmabroker-remote
 * ----              -------------------------------
 * open, tag, count  PageWord: one variable, so each access to it is one step
 * Thread            a thread of the client that adds and subtracts, as docs/remote.md says
 * grant             WordLeases.grant: ClientWords.take and SharedWord.start, or a use more
 * shut              UseWord.shut, and the look at the count after it
 * rung              the doorbell, and WordLeases.look
 * alive[t]          the memory that the word counted for when its tag was t
 */

#define OPENINGS 3
#ifndef THREADS
#define THREADS 2
#endif

/* ---- The word ---- */
bool open;
byte tag;
byte count = 1; /* from one, so that a borrow is seen */

bool rung;
bool alive[OPENINGS + 1];
bool inUse[THREADS];
byte ended;
chan asks = [THREADS] of { byte };
chan answers[THREADS] = [1] of { byte };

inline leave() {
  atomic { count--; mustRing = !open; assert(count >= 1) /* FAULT: ends more than was begun */ };
  if
#ifndef NO_RING_BACK
  :: mustRing -> rung = true; mustRing = false
#else
  :: mustRing -> mustRing = false /* MISTAKE: does not ring */
#endif
  :: else
  fi
}

proctype Thread(byte me) {
  byte known, round;
  bool begun, mustRing;
  do
  :: round < 2 ->
     round++;
     if
     :: known != 0 ->
#ifdef IGNORE_TAG
        atomic { count++; begun = open }; /* MISTAKE: any opening will do */
#else
        atomic { count++; begun = (open && tag == known) };
#endif
        if
        :: begun -> assert(alive[known]); leave() /* FAULT: released under a mapping */
        :: else -> leave(); known = 0
        fi
     :: else
     fi;
     if
     :: known == 0 ->
        asks ! me;
        if
        :: answers[me] ? known -> assert(alive[known]); leave() /* FAULT: released under a mapping */
        :: true -> /* gives up; the answer comes all the same */
           answers[me] ? known;
#ifndef KEEP_LATE /* MISTAKE: does not end what comes late */
           leave();
#endif
           known = 0
        fi
     :: else
     fi;
     begun = false
  :: else -> break
  od;
  ended++
}

/* Gives memory back that is left, if the word says so. */
inline look() {
  if
  :: !open && tag != 0 && alive[tag] && count == 1 -> alive[tag] = false
  :: else
  fi
}

active proctype Service() {
  byte m;
end:
  do
  :: asks ? m ->
     if
     :: open -> count++; answers[m] ! tag
#ifdef REUSE_HELD
     :: !open && tag < OPENINGS -> /* MISTAKE: opens a word that is in use */
#else
     :: !open && tag < OPENINGS && count == 1 && (tag == 0 || !alive[tag]) ->
#endif
#ifdef RESET_COUNT
        atomic { tag++; alive[tag] = true; open = true; count = 2 }; /* MISTAKE: a use is coming back */
#else
        atomic { tag++; alive[tag] = true; open = true; count++ };
#endif
        answers[m] ! tag
     :: else -> look(); asks ! m
     fi;
     m = 0
  :: open -> open = false; look()
  :: rung -> rung = false; look()
  od
}

init {
  atomic { run Thread(0); run Thread(1) };
  timeout;
  if
  :: ended == THREADS ->
     assert(count == 1); /* FAULT: a use is never ended */
     assert(tag == 0 || open || !alive[tag]); /* FAULT: memory is never given back */
     assert(!alive[1] || tag == 1); /* FAULT: memory is never given back */
     assert(!alive[2] || tag == 2) /* FAULT: memory is never given back */
  :: else -> assert(tag == OPENINGS) /* FAULT: a map waits for ever */
  fi
}
