package org.tarishi.testing;

import java.util.ArrayList;
import java.util.List;
import org.tarishi.api.AuthResult;
import org.tarishi.api.AuthResults;

/** Keeps the parts of Authentication-Results. */
final class FakeAuthResults implements AuthResults {

    private final List<AuthResult> all = new ArrayList<>();

    @Override
    public void add(AuthResult fragment) {
        all.add(fragment);
    }

    @Override
    public List<AuthResult> all() {
        return List.copyOf(all);
    }
}
