package org.tarishi.core.server;

import java.util.ArrayList;
import java.util.List;
import org.tarishi.api.AuthResult;
import org.tarishi.api.AuthResults;

/** The parts of one scope. One thread at a time. */
final class AuthParts implements AuthResults {

    private final List<AuthResult> parts = new ArrayList<>();

    @Override
    public void add(AuthResult fragment) {
        parts.add(fragment);
    }

    @Override
    public List<AuthResult> all() {
        return List.copyOf(parts);
    }
}
