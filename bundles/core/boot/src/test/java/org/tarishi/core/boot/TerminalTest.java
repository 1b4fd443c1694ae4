package org.tarishi.core.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class TerminalTest {

    @Test
    void linesWaitUntilTheyAreTakenOnce() {
        var terminal = new Terminal(true);
        terminal.accept("console password: x\u001b[2J");

        assertThat(terminal.take()).containsExactly("console password: x\\u001b[2J");
        assertThat(terminal.take()).isEmpty();
    }

    @Test
    void whatComesBehindTheGreetingIsShownAtOnce() {
        var terminal = new Terminal(true);
        var screen = new ArrayList<String>();
        terminal.accept("first");

        assertThat(terminal.show(screen::add)).containsExactly("first");
        terminal.accept("console password: x\u001b[2J");

        assertThat(screen).containsExactly("console password: x\\u001b[2J");
        assertThat(terminal.take()).isEmpty();
    }

    @Test
    void whereNobodyWillAskNothingIsKept() {
        var terminal = new Terminal(false);
        terminal.accept("console password: x");

        assertThat(terminal.take()).isEmpty();
    }

    @Test
    void whatWaitsIsBounded() {
        var terminal = new Terminal(true);
        for (var i = 0; i < 1000; i++) {
            terminal.accept("x".repeat(5000));
        }

        assertThat(terminal.take()).hasSize(100).allMatch(line -> line.length() == 1000);
    }
}
