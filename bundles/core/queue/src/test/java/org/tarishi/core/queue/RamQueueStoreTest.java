package org.tarishi.core.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/** The reference itself: what is sure to be wrong elsewhere if it is wrong here. */
final class RamQueueStoreTest {

    @Test
    void keepsMailsOverARestartAndShowsThemWhenTheScanHasEnded() {
        var store = new RamQueueStore();
        var numbers = Mails.insert(store, "t.1", "a.example", "b.example");

        var next = store.restart();

        assertThat(next.read(numbers.getFirst())).isEmpty();
        next.endScan();
        assertThat(next.read(numbers.getFirst())).isEqualTo(store.read(numbers.getFirst()));
    }

    @Test
    void walksInStepsOverAllMails() {
        var store = new RamQueueStore();
        var numbers = new ArrayList<Long>();
        for (int i = 0; i < 5; i++) {
            numbers.addAll(Mails.insert(store, "t." + i, "a.example", "b.example"));
        }
        var seen = new ArrayList<Long>();
        int position = 0;
        do {
            position = store.visit(position, 3, mail -> seen.add(mail.number()));
        } while (position >= 0);
        assertThat(seen).isEqualTo(numbers);
    }
}
