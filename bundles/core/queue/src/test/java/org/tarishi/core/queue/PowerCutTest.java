package org.tarishi.core.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing that was acknowledged is lost, and nothing is half there, wherever the power or the disk fails. */
final class PowerCutTest {

    private static final int STEPS = 25;
    private static final int[] SEGMENTS = {400, 3000};
    private static final List<SimulatedDisk.Tear> TEARS = List.of(SimulatedDisk.Tear.values());
    private static final int ROUNDS = Integer.getInteger("queue.rounds", 1);

    private static int operations(long seed, int segmentSize) throws Exception {
        var disk = new SimulatedDisk(new SplittableRandom(seed));
        var scenario = new Scenario(seed);
        var store = Scenario.open(disk, seed, segmentSize);
        scenario.run(store, STEPS);
        store.close();
        return disk.operations();
    }

    @ParameterizedTest
    @EnumSource(SimulatedDisk.Tear.class)
    void everyOperationMayBeTheLast(SimulatedDisk.Tear tear) throws Exception {
        for (long seed = 0; seed < ROUNDS; seed++) {
            for (int size : SEGMENTS) {
                int operations = operations(seed, size);
                for (int cut = 1; cut <= operations; cut++) {
                    var what = "seed " + seed + ", segments of " + size + ", cut at " + cut + " " + tear;
                    try {
                        cut(seed, size, cut, tear);
                    } catch (AssertionError | Exception e) {
                        throw new AssertionError(what, e);
                    }
                }
            }
        }
    }

    private static void cut(long seed, int size, int cut, SimulatedDisk.Tear tear) throws Exception {
        var disk = new SimulatedDisk(new SplittableRandom(seed)).cutAt(cut);
        var scenario = new Scenario(seed);
        Store store = null;
        try {
            store = Scenario.open(disk, seed, size);
            scenario.run(store, STEPS);
        } catch (IOException e) {
            assertThat(disk.isCut()).isTrue();
        } finally {
            if (store != null) {
                store.close();
            }
        }
        var left = disk.afterPowerCut(tear);
        // A second time at once, and then after more mail: recovery is the usual start, and must not rely on having
        // been finished.
        var again = Scenario.open(left, seed + 1, size);
        scenario.check(again);
        again.close();
        again = Scenario.open(left.afterPowerCut(tear), seed + 2, size);
        scenario.check(again);
        scenario.run(again, 10);
        again.close();
        again = Scenario.open(left.afterKill(), seed + 3, size);
        again.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Input/output error", "No space left on device"})
    void everyOperationMayFailAndTheNextIsTakenAgain(String how) throws Exception {
        for (long seed = 0; seed < ROUNDS; seed++) {
            for (int size : SEGMENTS) {
                int operations = operations(seed, size);
                for (int at = 1; at <= operations; at++) {
                    var tear = TEARS.get(at % TEARS.size());
                    var what = "seed " + seed + ", segments of " + size + ", failure at " + at + ", then cut " + tear;
                    try {
                        fail(seed, size, at, how, tear);
                    } catch (AssertionError | Exception e) {
                        throw new AssertionError(what, e);
                    }
                }
            }
        }
    }

    private static void fail(long seed, int size, int at, String how, SimulatedDisk.Tear tear) throws Exception {
        var disk = new SimulatedDisk(new SplittableRandom(seed));
        var scenario = new Scenario(seed);
        var store = Scenario.open(disk, seed, size);
        disk.failAt(at, 1 + at % 3, how);
        scenario.run(store, STEPS);
        // The disk is mended, and it works again without a restart.
        disk.failAt(0, 0, how);
        scenario.insert(store, 1, false);
        scenario.insert(store, 1, true);
        scenario.insert(store, 2, true);
        scenario.insert(store, 2, false);
        assertThat(scenario.isLastFault()).isFalse();
        store.close();
        var again = Scenario.open(disk.afterPowerCut(tear), seed + 1, size);
        scenario.check(again);
        again.close();
    }

    @Test
    void whereThereIsNoRoomForZerosARecordThatFitsIsTaken() throws Exception {
        var disk = new SimulatedDisk(new SplittableRandom(1));
        var scenario = new Scenario(1);
        var store = Scenario.open(disk, 1, 3000);
        disk.failAt(1, 1, "No space left on device");
        scenario.insert(store, 1, false);
        assertThat(scenario.isLastFault()).isFalse();
        store.close();
        var again = Scenario.open(disk.afterPowerCut(SimulatedDisk.Tear.NOTHING), 2, 3000);
        scenario.check(again);
        again.close();
    }

    @Test
    void aKilledProcessLosesNothing() throws Exception {
        for (long seed = 0; seed < 10L * ROUNDS; seed++) {
            var disk = new SimulatedDisk(new SplittableRandom(seed));
            var scenario = new Scenario(seed);
            for (int life = 0; life < 5; life++) {
                var store = Scenario.open(disk, seed * 100 + life, 2000);
                scenario.check(store);
                scenario.run(store, STEPS);
                // What goes on after the copy was made is not there any more.
                disk = disk.afterKill();
                store.close();
            }
            var store = Scenario.open(disk, seed, 2000);
            scenario.check(store);
            store.close();
        }
    }
}
