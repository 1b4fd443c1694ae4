package org.tarishi.core.hooks;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.AuthResult;
import org.tarishi.api.AuthResults;

/** Parts of Authentication-Results as one call sees them. */
final class AuthResultsView implements AuthResults {

    private final Call call;
    private final AuthResults live;
    private @Nullable List<AuthResult> added;

    AuthResultsView(Call call, AuthResults live) {
        this.call = call;
        this.live = live;
    }

    @Override
    public void add(AuthResult fragment) {
        call.edit(() -> live.add(fragment));
        var own = added;
        if (own == null) {
            own = new ArrayList<>(2);
            added = own;
        }
        own.add(fragment);
    }

    @Override
    public List<AuthResult> all() {
        var own = added;
        if (own == null || !call.isOpen()) {
            return live.all();
        }
        var all = new ArrayList<>(live.all());
        all.addAll(own);
        return List.copyOf(all);
    }
}
