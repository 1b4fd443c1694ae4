package org.tarishi.plugin.authflatfile;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Where a command gets a new password from: the client's terminal, its standard input, or chance. */
final class PasswordPrompt {

    /** No letter that looks like a digit or another one: 32 of them, 5 bits each. */
    private static final String LETTERS = "abcdefghijkmnpqrstuvwxyz23456789";

    private static final int GROUPS = 5;
    private static final int GROUP = 5;

    private final @Nullable Function<String, char @Nullable []> terminal;

    /** Asks who reads {@code out}, when it can be asked. */
    PasswordPrompt(Appendable out) {
        // The contract of tarishi.command names these types; an Appendable cannot carry them.
        @SuppressWarnings("unchecked")
        var asks = out instanceof Function<?, ?> function ? (Function<String, char @Nullable []>) function : null;
        terminal = asks;
    }

    /** Returns one of 125 bits. */
    Password generated() {
        var random = new SecureRandom();
        var text = new char[GROUPS * (GROUP + 1) - 1];
        for (int i = 0; i < text.length; i++) {
            text[i] = i % (GROUP + 1) == GROUP ? '-' : LETTERS.charAt(random.nextInt(LETTERS.length()));
        }
        return taken(text);
    }

    /** Returns the next line of standard input. */
    Password read() {
        var line = terminal == null ? null : terminal.apply("");
        if (line == null || line.length == 0) {
            throw new IllegalArgumentException("no password on standard input");
        }
        return taken(line);
    }

    /** Asks for one at the terminal, twice. */
    Password asked(String name) {
        var first = terminal == null ? null : terminal.apply("New password of " + name + ": ");
        if (terminal == null || first == null) {
            throw new IllegalArgumentException(
                    "there is no terminal to ask at: --password-stdin reads the password, --generate makes one");
        }
        var second = terminal.apply("Once more: ");
        try {
            if (second == null || !Arrays.equals(first, second)) {
                throw new IllegalArgumentException("the two are not the same, nothing has changed");
            }
            return Password.of(first);
        } finally {
            Arrays.fill(first, '\0');
            if (second != null) {
                Arrays.fill(second, '\0');
            }
        }
    }

    private static Password taken(char[] text) {
        try {
            return Password.of(text);
        } finally {
            Arrays.fill(text, '\0');
        }
    }
}
