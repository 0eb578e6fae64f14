/*
 * The gate and the move of a buffer: who is let in where, and when memory goes.
 * README.md says what is checked, and how. Run ./check.
 *
 * here                 in the code (rooms gate, move, buffer of dev.dmabroker.internal)
 * ----                 --------------------------------------------
 * gate[a]              Gate.entrance
 * SHUT                 null there: all have to go by way of the buffer's lock
 * FULL(p), READERS(p)  a Gate.Entrance to the attachment's Occupancy of place p, and one for
 *                      readers only: it leads to these slots too, with another identity
 * word                 Slot.word: free, or taken with an access
 * enter                Gate.enter, the fast path of Attachment.map
 * leave                BufferMapping.close: Slot.leave, then the report to the buffer
 * slowPath             ManagedBuffer.map: Request.submit, await, withdraw
 * look                 Place.isIdle and hasWriters
 * advance              BufferLife.advance, called by whoever left or turned back
 * setGates             Attachments.openGates, shutGates
 * serve, grant         Requests.serve, Request.claim, MapRequest.admitTo
 * Mover                Relocation, Moving.moved; the threads that these run in, and the timer
 *                      that tries again
 * rollBack             Relocation.rollBack, Moving.failed
 * Timer                Relocation.drainExpired
 * Poller               the thread of FencePoller: it ends what closeAfter left, and tells of the
 *                      kernel's fences
 * Hardware             devices: they go on when the mapping is closed
 * Evacuator            SharedBuffer.evacuate
 * leaseOpen, leaseUses UseWord, of a lease of attachment a in place p: one word
 * makeLease            Mapping.lease: ManagedBuffer.lease
 * use, endUse          Lease.tryUse, endUse; see "Leases" below
 * recall               Place.recall, right after the gates were changed
 * Mapper               a user's thread, one for each attachment
 *
 * Steps. Each access to gate[] and each access to a slot's word is a step of its own, and so is
 * each CAS. An atomic with more in it is one of these: a CAS, or one such access, with what the
 * thread does by itself and with notes that only the model takes ("ghost"); what is touched under
 * the lock only, so that nobody sees what lies between; one action of a device; forgetting what is
 * not used any more. grant() is the one exception, and says why.
 *
 * Order. Promela's processes interleave, and all see one order of steps. Java gives the same for
 * volatile accesses and VarHandle.compareAndSet: the synchronization order is total, agrees with
 * each thread's own order, and a read sees the last write in it (JLS 17.4.4, 17.4.7). So the field
 * and the word have to be accessed in these modes; with acquire and release the mapper's read of
 * the gate may come before its CAS, which is the mistake READ_GATE_FIRST. The lock and what was
 * written before a volatile write come with happens-before (17.4.5).
 *
 * The mapper's first read of the gate is opaque in the code. What it gives, the gate had at some
 * time since the mapper's step before, and so it is one of the values that the read here gives when
 * other processes take their steps between it and the CAS. Nor does the code read the word before
 * each CAS: it may guess what a free word is. The CAS here is of a word that is free, be its value
 * read or guessed; a wrong guess changes nothing, and the code then reads.
 *
 * Leases. A use that begins adds to the word whatever it finds there, and takes that back if the
 * word was shut, by the rule of an end: so clients without a CAS do. The code compares before it
 * adds, so it takes some of these steps only.
 */

#ifndef MAPPERS
#define MAPPERS 2 /* attachment 0 writes, the others read */
#endif
#ifndef ROUNDS
#define ROUNDS 2 /* how often each maps */
#endif
#ifndef WISHES
#define WISHES 1 /* moves that somebody else wants */
#endif
#ifndef TRIES
#define TRIES 2 /* attempts until those who wait are told */
#endif
#ifndef PLACES
#define PLACES 2
#endif

#define NSLOT 2 /* at a gate: one for a mapping, one for another that waits for its fence */
#define SLOTS (MAPPERS * NSLOT)
#ifdef LEASES
#define LOOKED (SLOTS + MAPPERS) /* at slots, then at the words of leases */
#else
#define LOOKED SLOTS
#endif
#define WORD(p, a, i) word[(p) * SLOTS + (a) * NSLOT + (i)]

/* Values of a gate. */
#define SHUT 0
#define FULL(p) (2 * (p) + 1)
#define READERS(p) (2 * (p) + 2)
#define PLACE(g) (((g) - 1) / 2)
#define LETS_IN(g, access) ((g) != SHUT && ((g) % 2 == 1 || (access) == READ))

/* Values of a job. */
#define IDLE 0
#define WORKING 1
#define SIGNALLED 2 /* its fence */
#define ENDING 3    /* the poller frees the slot */

/* Values of a slot's word. It grows in the code, so that closing twice has no effect. */
#define FREE 0
#define READ 1
#define WRITE 2
#define ACCESS(m) ((m) == 0 -> WRITE : READ)

mtype = { UNBACKED, RESIDENT, PREPARING, DRAINING, MOVING };
mtype = { NONE, WAITING, GRANTED, FAILED, GAVE_UP };

/* ---- What threads share without a lock ---- */
byte gate[MAPPERS];
byte word[PLACES * SLOTS];
#ifdef LEASES
bool leaseOpen[PLACES * MAPPERS];
byte leaseUses[PLACES * MAPPERS];
#endif
mtype req[MAPPERS] = NONE; /* a request's future: completed once */

/* ---- Under the buffer's lock ---- */
bool locked = true; /* until init is through */
mtype state = RESIDENT;
byte place;           /* where the contents are; void in UNBACKED */
bool retired[PLACES]; /* left by a move; given back once the last mapping is closed */
bool detached[MAPPERS];
byte attempt;    /* numbers the moves */
byte relocation; /* the move in DRAINING or MOVING, or 0 */
bool drained;    /* DRAINING: writers are out, the kernel's fences remain */
bool evacuating; /* DRAINING to give the memory back: readers have to leave, too */
byte armed;      /* the move that the deadline is set for, or 0 */
byte tries;
byte wishes = WISHES;
chan queue = [MAPPERS] of { byte };
byte reqGate[MAPPERS]; /* what a request was granted */
byte reqSlot[MAPPERS];

/* ---- Devices ---- */
byte job[MAPPERS]; /* of a mapping that ended with closeAfter */
byte jobGate[MAPPERS];
byte jobSlot[MAPPERS];
byte jobSince[MAPPERS];
bool pending[PLACES]; /* a fence in the kernel: a device writes though the mapping is closed */
byte watch[9];        /* by move: the poller watches that fence of place watch - 1 */
bool hung;            /* devices do nothing any more */

/* ---- Memory, and ghosts ---- */
bool alive[PLACES];
byte lo[PLACES]; /* the contents, in two halves: the number of the write that each is from */
byte hi[PLACES];
byte latest = 1;    /* ghost: writes so far */
byte users[PLACES]; /* ghost: mappings, those that wait for a fence included */
byte low[MAPPERS];  /* ghost: latest as the mapping began */
byte ended;         /* ghost: Mappers that are through */

#ifdef STRICT /* the attachment that place 0 does not suit */
#define suits(a, p) (!detached[a] && ((a) != STRICT || (p) > 0))
#define wanted (wishes > 0 || (req[STRICT] == WAITING && place == 0))
#else
#define suits(a, p) (!detached[a])
#define wanted (wishes > 0)
#endif

inline lock() { atomic { !locked -> locked = true } }
inline unlock() { locked = false }

inline write(p) {
  atomic {
    assert(alive[p]); /* FAULT: written after release */
    latest++;
    lo[p] = latest;
    hi[p] = latest
  }
}

inline read(p, since) {
  atomic {
    assert(alive[p]);       /* FAULT: read after release */
    assert(lo[p] == hi[p]); /* FAULT: half copied */
    assert(lo[p] >= since)  /* FAULT: older than the mapping */
  }
}

/* Ghost: a mapping begins. */
inline begin(p, m) { users[p]++; low[m] = latest }

/* In the code after the lock is released, so no sooner than here. */
inline release(p) {
  atomic {
    assert(users[p] == 0); /* FAULT: released under a mapping */
    alive[p] = false;
    retired[p] = false
  }
}

/* Looks at the gates of a place, slot by slot: k == LOOKED if there is nobody. Under the lock. */
inline look(p, all) {
  do
  :: atomic { /* one read */
       k < SLOTS && (word[(p) * SLOTS + k] == FREE
           || (word[(p) * SLOTS + k] == READ && !(all))) -> k++
     }
#ifdef LEASES
  :: atomic { /* one read */
       k >= SLOTS && k < LOOKED && (leaseUses[(p) * MAPPERS + k - SLOTS] == 0
           || (k != SLOTS && !(all))) -> k++
     }
#endif
  :: else -> break
  od
}

/* Changes the gates one by one. Under the lock. */
inline setGates(to) {
  a = 0;
  do
  :: atomic { a < MAPPERS -> gate[a] = (suits(a, place) -> (to) : SHUT); a++ } /* one write */
  :: else -> a = 0; break
  od
}

/* Shuts the words of leases one by one, of those that write or of all. Under the lock. */
inline recall(all) {
#ifdef LEASES
  do
  :: atomic { a < MAPPERS && (a == 0 || (all)) -> leaseOpen[place * MAPPERS + a] = false; a++ }
  :: atomic { a < MAPPERS && a != 0 && !(all) -> a++ }
  :: else -> a = 0; break
  od
#else
  skip
#endif
}

/*
 * Completes a request with a mapping at gate g. Under the lock. The code takes the slot, then
 * completes the future; if the waiter gave up in between, whoever granted closes the mapping. That
 * is as if the waiter had got it and closed at once, so here it is one step.
 */
inline grant(m, g) {
  atomic {
    req[m] == WAITING;
    reqGate[m] = g;
    reqSlot[m] = (WORD(PLACE(g), m, 0) == FREE -> 0 : 1);
    assert(WORD(PLACE(g), m, reqSlot[m]) == FREE); /* the code adds slots, the model has enough */
    WORD(PLACE(g), m, reqSlot[m]) = ACCESS(m);
    begin(PLACE(g), m);
    req[m] = GRANTED
  }
}

/* Serves the queue in its order; who is not let in goes on waiting. Under the lock. */
inline serve() {
  n = len(queue);
  do
  :: n > 0 ->
     atomic { queue ? r; n-- };
     if
     :: LETS_IN(gate[r], ACCESS(r)) ->
        if
        :: grant(r, gate[r])
        :: else /* gave up */
        fi
     :: else -> queue ! r
     fi;
     r = 0
  :: else -> break
  od
}

/* Somebody left, or turned back: see whether that was waited for. Under the lock. */
inline advance() {
  do
  :: atomic { p < place && !retired[p] -> p++ }
  :: atomic { p < place && retired[p] -> k = 0 };
     look(p, true);
     if
     :: atomic { k == LOOKED -> release(p); p++ }
     :: atomic { else -> p++ }
     fi
  :: atomic { else -> p = 0; break }
  od;
  if
  :: atomic { state == DRAINING && !drained -> k = 0 };
     look(place, evacuating);
     if
     :: atomic { k == LOOKED && !evacuating -> drained = true; k = 0 }
     :: atomic {
          k == LOOKED && evacuating -> release(place); evacuating = false; state = UNBACKED; k = 0
        }
     :: atomic { else -> k = 0 }
     fi
  :: atomic { else -> k = 0 }
  fi
}

/* Any failure ends here: in the old place, with the contents. Under the lock. */
inline rollBack() {
  release(place + 1);
  atomic { relocation = 0; armed = 0; drained = false; state = RESIDENT; tries++ };
  setGates(FULL(place));
  serve();
  atomic {
    if
    :: tries == TRIES -> /* told to all who need the move */
       tries = 0;
       wishes = (wishes > 0 -> wishes - 1 : 0);
       do
       :: len(queue) > 0 ->
          queue ? r;
          if
          :: req[r] == WAITING -> req[r] = FAILED
          :: else
          fi
       :: else -> r = 0; break
       od
    :: else
    fi
  }
}

/* ---- Users ---- */

/* The fast path: no lock. */
inline enter(m) {
  g = gate[m];
  if
  :: LETS_IN(g, ACCESS(m)) ->
     atomic { /* CAS, of the first that is free; its own mappings hold one other at most */
       s = (WORD(PLACE(g), m, 0) == FREE -> 0 : 1);
       assert(WORD(PLACE(g), m, s) == FREE);
       WORD(PLACE(g), m, s) = ACCESS(m)
     };
#ifdef READ_GATE_FIRST
     atomic { in = true; begin(PLACE(g), m) } /* MISTAKE: the gate is not read again */
#else
     if
     :: atomic { gate[m] == g -> in = true; begin(PLACE(g), m) } /* one read */
     :: else -> WORD(PLACE(g), m, s) = FREE
     fi
#endif
  :: else
  fi
}

inline slowPath(m) {
  lock();
#ifndef NO_REPORT /* MISTAKE: who turned back does not report */
  advance();
#endif
  req[m] = WAITING;
  if
  :: LETS_IN(gate[m], ACCESS(m)) -> grant(m, gate[m])
  :: else -> queue ! m
  fi;
  unlock();
  atomic { g = 0; s = 0 };
  if
  :: atomic {
       req[m] == GRANTED -> g = reqGate[m]; s = reqSlot[m]; in = true;
       reqGate[m] = 0; reqSlot[m] = 0
     }
  :: req[m] == FAILED
#ifdef GIVE_UP
  :: atomic { req[m] == WAITING -> req[m] = GAVE_UP }; /* CAS; a timeout or an interrupt */
     lock();
     if
     :: queue ?? [eval(m)] -> queue ?? eval(m)
     :: else
     fi;
     unlock()
#endif
  fi;
  req[m] = NONE
}

inline leave(m, g, s) {
#ifdef READ_BEFORE_FREEING
  r = gate[m]; /* MISTAKE: read before the slot is free */
#endif
  atomic { WORD(PLACE(g), m, s) = FREE; users[PLACE(g)]-- }; /* CAS */
#ifndef READ_BEFORE_FREEING
  r = gate[m];
#endif
  if
  :: r != g -> r = 0; lock(); advance(); unlock()
  :: else -> r = 0
  fi
}

#ifdef LEASES
#define MAPPED (in && !leased)
#define L ((have - 1) * MAPPERS + m)

/* Makes a lease of a mapping, with the mapping's use in it. */
inline makeLease(m) {
  lock();
  have = PLACE(g) + 1;
  atomic {
    o = LETS_IN(gate[m], ACCESS(m)) && PLACE(gate[m]) == PLACE(g);
    leaseUses[L]++;
    users[PLACE(g)]++;
#ifndef OPEN_LATE
    leaseOpen[L] = o
#endif
  };
  unlock();
#ifdef OPEN_LATE
  leaseOpen[L] = o; /* MISTAKE: opens after the lock, when a mover may have shut all */
#endif
  leave(m, g, s);
  atomic { leased = true; o = false }
}

inline lookOrWrite(m, p) {
  if
  :: m == 0 -> write(p)
  :: else -> read(p, low[m])
  fi
}

/* Begins a use of the lease, unless it was asked back. */
inline use(m) {
#ifdef READ_THEN_ADD
  o = leaseOpen[L]; /* MISTAKE: two steps */
  atomic {
#else
  atomic {
    o = leaseOpen[L];
#endif
    leaseUses[L]++;
    if
    :: o -> begin(have - 1, m); in = true; leased = true
    :: else
    fi
  };
  if
  :: o -> o = false
  :: else ->
     leaseUses[L]--;
#ifndef TAKE_BACK_SILENTLY /* MISTAKE: a mover may have seen it */
     lock(); advance(); unlock();
#endif
     have = 0
  fi
}

inline endUse(m) {
  atomic {
    o = leaseOpen[L];
#ifdef STANDING_COUNTS
    leaseUses[L] = leaseUses[L] - (o -> 0 : 1); /* MISTAKE: counts while it stands */
#else
    leaseUses[L]--;
#endif
    users[have - 1]--
  };
  if
#ifdef NO_RING
  :: true /* MISTAKE: does not look whether the word is shut */
#else
  :: o
  :: else -> lock(); advance(); unlock()
#endif
  fi;
  o = false
}
#else
#define MAPPED (in)
#endif

proctype Mapper(byte m) {
  byte g, s, p, k, n, r, round;
  bool in;
#ifdef LEASES
  byte have; /* a lease, of place have - 1 */
  bool leased, o;
#endif
  do
  :: round < ROUNDS ->
     round++;
#ifdef LEASES
     if
     :: have != 0 -> use(m)
     :: else
     fi;
     if
     :: !in -> enter(m)
     :: else
     fi;
#else
     enter(m);
#endif
     if
     :: !in -> slowPath(m)
     :: else
     fi;
     if
#ifdef LEASES
     :: MAPPED -> makeLease(m); lookOrWrite(m, have - 1); endUse(m)
     :: in && leased -> lookOrWrite(m, have - 1); endUse(m)
#else
     :: MAPPED && m == 0 -> write(PLACE(g)); leave(m, g, s)
     :: MAPPED && m != 0 -> read(PLACE(g), low[m]); leave(m, g, s)
#endif
#ifdef GIVE_UP
     :: MAPPED -> leave(m, g, s) /* does nothing with it */
#endif
#ifdef CLOSE_AFTER /* the device reads or writes, and its fence ends the mapping */
     :: atomic {
          MAPPED && m < 2 && job[m] == IDLE ->
          jobGate[m] = g;
          jobSlot[m] = s;
          jobSince[m] = low[m];
          job[m] = WORKING
        }
#endif
#ifdef KERNEL_FENCES /* closed at once, with a device at work of which only the kernel knows */
     :: atomic { MAPPED && m == 0 && !pending[PLACE(g)] -> pending[PLACE(g)] = true }; leave(m, g, s)
#endif
     :: !in /* told that it cannot be */
     fi;
#ifdef LEASES
     leased = false;
#endif
     atomic { g = 0; s = 0; in = false; low[m] = 0 } /* forgotten, so that states are few */
  :: else -> break
  od;
#ifdef DETACH /* a mapping may still wait for its fence */
  lock();
  detached[m] = true;
  gate[m] = SHUT;
#ifdef LEASES
  leaseOpen[place * MAPPERS + m] = false;
#endif
  advance();
  unlock();
#endif
  ended++
}

/* ---- The move ---- */

/* Outside the lock. Readers may be in, and come in. */
inline copy() {
  atomic { assert(alive[place + 1]); lo[place + 1] = lo[place] };
  atomic { assert(alive[place + 1]); hi[place + 1] = hi[place] }
}

/* All old gates are taken away before the first new one opens. Under the lock. */
inline publish() {
#ifndef ONE_BY_ONE /* MISTAKE: replaces gate by gate */
  setGates(SHUT);
#ifndef READERS_STAND /* MISTAKE: leaves the leases of readers open */
  recall(true);
#endif
#endif
  atomic {
    retired[place] = true;
    place++;
#ifndef PUBLISH_FIRST
    assert(lo[place] == latest && hi[place] == latest); /* FAULT: a write is lost */
#endif
    relocation = 0;
    tries = 0;
    wishes = (wishes > 0 -> wishes - 1 : 0);
    drained = false;
    state = RESIDENT
  };
  setGates(FULL(place));
  serve();
#ifdef RETIRE_BLINDLY
  release(place - 1) /* MISTAKE: does not look for readers */
#else
  advance() /* retire */
#endif
}

/* The first in the queue is let in to the new place, and what it has not written yet is lost. */
inline overwrite() { atomic { grant(0, FULL(place + 1)); write(place + 1) } }

active proctype Mover() {
  byte a, p, k, n, r, mine;
  bool dead;
end:
  do
  :: atomic { /* lock, one step, unlock */
       !locked && state == RESIDENT && wanted && place + 1 < PLACES -> state = PREPARING
     };
     alive[place + 1] = true; /* allocate, outside the lock */

     /* beginDrain */
     lock();
     atomic {
       attempt++;
       mine = attempt;
       relocation = mine;
       armed = mine;
       state = DRAINING
     };
#ifdef LOOK_FIRST
     advance(); /* MISTAKE: looks at the slots, then changes the gates */
     setGates(READERS(place));
     recall(false);
#else
     setGates(READERS(place));
#ifdef COUNT_FIRST
     advance(); /* MISTAKE: looks at the counts, then shuts the words */
     recall(false);
#else
     recall(false);
     advance();
#endif
#endif
     unlock();

     /* The last writer out lets it go on, or it is rolled back. */
     drained || state == MOVING || relocation != mine;
     if
#if defined(KERNEL_FENCES) && !defined(FORGET_FENCES) /* MISTAKE: does not ask the kernel */
     :: atomic { relocation == mine && pending[place] -> watch[mine] = place + 1 }
#endif
     :: else ->
        lock();
        if
        :: relocation == mine -> atomic { state = MOVING; armed = 0 }
        :: else
        fi;
        unlock()
     fi;
     state == MOVING || relocation != mine;

     if
     :: relocation == mine ->
#ifdef OVERWRITE
        /* publishIfDead */
        lock();
        if
        :: queue ? [0] ->
           setGates(SHUT);
           recall(true);
           if
#ifdef CLAIM_LATE
           :: req[0] == WAITING -> /* MISTAKE: it may still give up */
              dead = true;
              if
              :: overwrite()
              :: else
              fi
#else
           :: overwrite() -> dead = true
#endif
           :: else -> setGates(READERS(place))
           fi
        :: else
        fi;
        if
        :: dead -> publish(); dead = false; unlock(); goto end
        :: else -> unlock()
        fi;
#endif
#ifdef PUBLISH_FIRST
        lock(); publish(); unlock(); /* MISTAKE */
        atomic { lo[place] = lo[place - 1] };
        atomic { hi[place] = hi[place - 1] }
#else
        copy();
        lock();
        if
        :: publish()
#ifdef COPY_FAILS
        :: rollBack()
#endif
        fi;
        unlock()
#endif
     :: else
     fi
#ifdef EVACUATE
  /* Who waits at a buffer without memory gets some. Allocating is one step here. */
  :: state == UNBACKED && len(queue) > 0 ->
     lock();
     atomic {
       place++;
       alive[place] = true;
       lo[place] = latest; /* void, by the evacuation */
       hi[place] = latest;
       state = RESIDENT
     };
     setGates(FULL(place));
     serve();
     unlock()
#endif
  od
}

#ifdef DEADLINE
active proctype Timer() {
  byte a, n, r, mine;
end:
  do
  :: atomic { armed != 0 -> mine = armed };
     lock();
     if
     :: relocation == mine && state == DRAINING -> rollBack()
     :: else
     fi;
     unlock();
     mine = 0
  od
}
#endif

#ifdef EVACUATE
active proctype Evacuator() {
  byte a, p, k, n, r;
end:
  atomic { !locked && state == RESIDENT -> locked = true };
  atomic { state = DRAINING; evacuating = true };
  setGates(SHUT);
  recall(true);
  advance();
  unlock();
  if
  :: !evacuating
#ifdef DEADLINE
  :: lock(); /* its own timeout */
     if
     :: evacuating ->
        atomic { evacuating = false; state = RESIDENT };
        setGates(FULL(place));
        serve()
     :: else
     fi;
     unlock()
#endif
  fi
}
#endif

#if defined(CLOSE_AFTER) || defined(KERNEL_FENCES)
/* ---- Devices, and who waits for them ---- */

active proctype Hardware() {
end:
  do
#ifdef CLOSE_AFTER
  :: atomic { job[0] == WORKING -> write(PLACE(jobGate[0])); job[0] = SIGNALLED }
  :: atomic { job[1] == WORKING -> read(PLACE(jobGate[1]), jobSince[1]); job[1] = SIGNALLED }
#endif
#ifdef KERNEL_FENCES
  :: atomic { pending[0] -> write(0); pending[0] = false }
  :: atomic { pending[1] -> write(1); pending[1] = false }
#endif
#ifdef HANG
  :: hung = true; break
#endif
  od
}

active proctype Poller() {
  byte p, k, r, m, i;
end:
  do
#ifdef CLOSE_AFTER
  :: if
     :: atomic { job[0] == SIGNALLED -> m = 0; job[0] = ENDING }
     :: atomic { job[1] == SIGNALLED -> m = 1; job[1] = ENDING }
     fi;
     leave(m, jobGate[m], jobSlot[m]);
     atomic { jobGate[m] = 0; jobSlot[m] = 0; jobSince[m] = 0; job[m] = IDLE; m = 0 }
#endif
#ifdef KERNEL_FENCES
  :: if /* one that a drain waits for; or did, until it was rolled back */
     :: atomic { watch[1] != 0 && !pending[watch[1] - 1] -> i = 1; watch[1] = 0 }
     :: atomic { watch[2] != 0 && !pending[watch[2] - 1] -> i = 2; watch[2] = 0 }
     fi;
     lock();
     if
#ifdef LATE_FENCE
     :: relocation != 0 && state == DRAINING -> /* MISTAKE: takes another move for its own */
#else
     :: relocation == i && state == DRAINING ->
#endif
        atomic { state = MOVING; armed = 0 }
     :: else
     fi;
     unlock();
     i = 0
#endif
  od
}
#endif

/* ---- Beginning and end ---- */

init {
  byte m;
  atomic {
    alive[0] = true;
    lo[0] = latest;
    hi[0] = latest;
    do
    :: m < MAPPERS -> gate[m] = (suits(m, 0) -> FULL(0) : SHUT); run Mapper(m); m++
    :: else -> m = 0; break
    od;
    unlock()
  };
  /* Nobody can take a step any more. */
  timeout;
  assert(ended == MAPPERS); /* FAULT: a map waits for ever */
  assert(state == RESIDENT || state == UNBACKED); /* FAULT: a drain waits for ever */
  assert(!locked && empty(queue));
  do
  :: m < PLACES ->
     if
     :: m == place && state == RESIDENT ->
        assert(alive[m]);
        assert(lo[m] == latest && hi[m] == latest) /* FAULT: a write is lost */
     :: else ->
        /* A device that hangs may keep what it works on. */
        assert(!alive[m] || (hung && users[m] > 0)) /* FAULT: memory is never given back */
     fi;
     m++
  :: else -> break
  od
}

#ifdef LIVENESS
ltl stall { [] (state == DRAINING -> <> (state != DRAINING)) }
ltl wait0 { [] (req[0] == WAITING -> <> (req[0] != WAITING)) }
ltl wait1 { [] (req[1] == WAITING -> <> (req[1] != WAITING)) }
ltl memory { [] (retired[0] -> <> !alive[0]) }
#endif
