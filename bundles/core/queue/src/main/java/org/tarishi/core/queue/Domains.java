package org.tarishi.core.queue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** One instance of each domain, as long as a mail goes there. One thread at a time. */
final class Domains {
    private final Map<String, Integer> byName = new HashMap<>();
    private String[] names = new String[16];
    private int[] uses = new int[16];
    private int end;
    private final ArrayList<Integer> free = new ArrayList<>();

    int take(String name) {
        var known = byName.get(name);
        int slot;
        if (known != null) {
            slot = known;
        } else {
            slot = free.isEmpty() ? end++ : free.removeLast();
            if (slot == names.length) {
                names = Arrays.copyOf(names, slot * 2);
                uses = Arrays.copyOf(uses, slot * 2);
            }
            names[slot] = name;
            byName.put(name, slot);
        }
        uses[slot]++;
        return slot;
    }

    void give(int slot) {
        if (--uses[slot] == 0) {
            byName.remove(names[slot]);
            names[slot] = "";
            free.add(slot);
        }
    }

    String name(int slot) {
        return names[slot];
    }
}
