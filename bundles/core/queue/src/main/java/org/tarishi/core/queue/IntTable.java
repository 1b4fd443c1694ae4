package org.tarishi.core.queue;

import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * A hash table of slots of an index: four bytes an entry. The keys lie in the index's arrays; equal hashes are told apart by the caller.
 */
final class IntTable {

    private static final int FREE = -1;
    private static final int DELETED = -2;

    private int[] slots = new int[16];
    private int used;
    private int live;

    /** Returns the hash that a slot was put in by, to move it. */
    interface Hashes {
        int of(int slot);
    }

    private final Hashes hashes;

    IntTable(Hashes hashes) {
        this.hashes = hashes;
        Arrays.fill(slots, FREE);
    }

    static int hash(long key) {
        return mix((int) (key ^ key >>> 32));
    }

    static int mix(int key) {
        int mixed = key * 0x9e3779b1;
        return mixed ^ mixed >>> 15;
    }

    void put(int hash, int slot) {
        if ((used + 1) * 3 > slots.length * 2) {
            rehash();
        }
        int at = hash & slots.length - 1;
        while (slots[at] >= 0) {
            at = at + 1 & slots.length - 1;
        }
        if (slots[at] == FREE) {
            used++;
        }
        slots[at] = slot;
        live++;
    }

    /** Returns the first slot of a hash that a condition holds for, -1 for none. */
    int find(int hash, IntPredicate wanted) {
        int at = hash & slots.length - 1;
        while (slots[at] != FREE) {
            if (slots[at] >= 0 && wanted.test(slots[at])) {
                return slots[at];
            }
            at = at + 1 & slots.length - 1;
        }
        return -1;
    }

    void remove(int hash, int slot) {
        int at = hash & slots.length - 1;
        while (slots[at] != FREE) {
            if (slots[at] == slot) {
                slots[at] = DELETED;
                live--;
                return;
            }
            at = at + 1 & slots.length - 1;
        }
    }

    private void rehash() {
        var old = slots;
        int size = old.length;
        while ((live + 1) * 2 > size) {
            size *= 2;
        }
        slots = new int[size];
        Arrays.fill(slots, FREE);
        used = live;
        for (int slot : old) {
            if (slot >= 0) {
                int at = hashes.of(slot) & size - 1;
                while (slots[at] != FREE) {
                    at = at + 1 & size - 1;
                }
                slots[at] = slot;
            }
        }
    }
}
