package org.tarishi.core.admin;

import java.time.Instant;

/**
 * Someone who has logged in.
 *
 * @param user the account's name
 * @param token what a form of our own pages carries, so that only they can post it
 * @param opened when the login was
 * @param used when the last request was
 */
record Session(String user, String token, Instant opened, Instant used) {
    Session usedAt(Instant now) {
        return new Session(user, token, opened, now);
    }

    /** Leaves the token out, so that no log ever holds it. */
    @Override
    public String toString() {
        return "session of " + user;
    }
}
