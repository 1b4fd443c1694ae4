package org.tarishi.core.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.tarishi.core.queue.Scenario.Step;

/**
 * Every sequence of what can be done to a queue, up to a length, with a restart, a kill or a power cut at any place: what is found behind
 * it is what the sequence has left. {@code -Dqueue.depth=5} is the long form.
 */
final class SmallStatesTest {

    /** Small enough that a few mails fill several, and thin ones are cleaned. */
    private static final int SEGMENT = 400;

    private static final int DEPTH = Integer.getInteger("queue.depth", 3);

    /** How a process ends and the next one begins. */
    private enum End {
        STOP,
        KILL,
        POWER_CUT
    }

    private static final List<Enum<?>> ALPHABET = Stream.<Enum<?>>concat(
                    Stream.of(Step.values()), Stream.of(End.values()))
            .toList();

    @Test
    void everySequenceLeavesWhatItShould() {
        var some = new ArrayList<List<Enum<?>>>();
        some.add(List.of());
        for (int depth = 1; depth <= DEPTH; depth++) {
            var longer = new ArrayList<List<Enum<?>>>();
            for (var before : some) {
                for (var next : ALPHABET) {
                    var sequence = Stream.<Enum<?>>concat(before.stream(), Stream.of(next))
                            .toList();
                    // What does nothing at its end is the sequence before it.
                    if (play(sequence)) {
                        longer.add(sequence);
                    }
                }
            }
            some = longer;
        }
        assertThat(some).isNotEmpty();
    }

    /** Plays one, with a power cut behind it; tells whether its last part did anything. */
    private static boolean play(List<Enum<?>> sequence) {
        try {
            var scenario = new Scenario(1);
            var disk = new SimulatedDisk(new SplittableRandom(1));
            var store = Scenario.open(disk, 1, SEGMENT);
            int life = 1;
            boolean isFresh = true;
            boolean hasDone = false;
            for (var one : sequence) {
                if (one instanceof Step step) {
                    hasDone = scenario.take(store, step);
                    isFresh &= !hasDone;
                } else {
                    hasDone = !isFresh;
                    isFresh = true;
                    var left = one == End.STOP ? disk : one == End.KILL ? disk.afterKill() : cut(disk);
                    store.close();
                    disk = left;
                    store = Scenario.open(disk, ++life, SEGMENT);
                    scenario.check(store);
                }
            }
            if (hasDone) {
                var left = cut(disk);
                store.close();
                store = Scenario.open(left, ++life, SEGMENT);
                scenario.check(store);
            }
            store.close();
            return hasDone;
        } catch (AssertionError | Exception e) {
            throw new AssertionError(sequence.toString(), e);
        }
    }

    /** Nothing that was not forced is left. */
    private static SimulatedDisk cut(SimulatedDisk disk) {
        return disk.afterPowerCut(SimulatedDisk.Tear.NOTHING);
    }
}
