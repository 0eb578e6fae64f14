package dev.dmabroker.samples.broker;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** The users and groups of this machine, from wherever it has them (nsswitch.conf(5)). */
interface Accounts {

  /** The number of a user; empty if there is none of that name. */
  OptionalInt user(String name);

  /** The number of a group; empty if there is none of that name. */
  OptionalInt group(String name);

  /** Whether a user is a member of a group, as the database has it now. May block. */
  boolean isMember(int uid, int gid);

  /** Those of the C library. */
  Accounts OF_MACHINE =
      new Accounts() {
        /** Both structures begin with two pointers, to the name and the password. */
        private static final long NUMBER = 2L * Native.POINTER_SIZE;

        @Override
        public synchronized OptionalInt user(String name) {
          return number(LibC.getpwnam(name));
        }

        @Override
        public synchronized OptionalInt group(String name) {
          return number(LibC.getgrnam(name));
        }

        private static OptionalInt number(@Nullable Pointer entry) {
          return entry == null ? OptionalInt.empty() : OptionalInt.of(entry.getInt(NUMBER));
        }

        @Override
        public synchronized boolean isMember(int uid, int gid) {
          Pointer entry = LibC.getpwuid(uid);
          if (entry == null) {
            return false;
          }
          String name = entry.getPointer(0).getString(0);
          int first = entry.getInt(NUMBER + Integer.BYTES);
          int[] groups = new int[16];
          int[] count = {groups.length};
          while (LibC.getgrouplist(name, first, groups, count) < 0) {
            groups = new int[Math.max(count[0], groups.length * 2)];
            count[0] = groups.length;
          }
          for (int at = 0; at < count[0]; at++) {
            if (groups[at] == gid) {
              return true;
            }
          }
          return false;
        }
      };
}
