package org.tarishi.core.server;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.tarishi.api.AuthResult;
import org.tarishi.api.AuthResults;

/** The parts of one scope. One writer at a time, any thread reads. */
final class AuthParts implements AuthResults {

    private final List<AuthResult> parts = new CopyOnWriteArrayList<>();

    /** Returns parts that are the same now. */
    AuthParts copy() {
        var copy = new AuthParts();
        copy.parts.addAll(parts);
        return copy;
    }

    @Override
    public void add(AuthResult fragment) {
        parts.add(fragment);
    }

    @Override
    public List<AuthResult> all() {
        return List.copyOf(parts);
    }
}
