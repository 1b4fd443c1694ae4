package org.tarishi.core.boot;

/** Ends a command with one sentence for the operator and a fixed exit code. */
final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    /** The instance does not run, or did not stop. */
    static final int NOT_RUNNING = 1;

    /** The instance runs and is not ready. */
    static final int NOT_READY = 2;

    /** The process ended before it was ready; only the start script sees this. */
    static final int ENDED = 3;

    /** A wrong command line (EX_USAGE of sysexits.h). */
    static final int USAGE = 64;

    /** The framework could not start, or a command failed (EX_SOFTWARE). */
    static final int SOFTWARE = 70;

    /** A folder or file cannot be made or read (EX_CANTCREAT). */
    static final int FILES = 73;

    /** Another process uses the same base (EX_TEMPFAIL). */
    static final int IN_USE = 75;

    private final int exitCode;

    Refusal(int exitCode, String sentence) {
        super(sentence);
        this.exitCode = exitCode;
    }

    int exitCode() {
        return exitCode;
    }

    String sentence() {
        return String.valueOf(getMessage());
    }
}
