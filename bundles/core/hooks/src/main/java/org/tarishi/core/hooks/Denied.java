package org.tarishi.core.hooks;

import java.util.Optional;
import org.tarishi.api.Moment;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.Transaction;
import org.tarishi.api.hook.Denial;
import org.tarishi.api.hook.HookResult;

/** A refusal as one call of a deny hook sees it. */
record Denied(Call call, Link by, Optional<Object> argument, HookResult.Refusal refusal) implements Denial {

    @Override
    public String plugin() {
        return by.component().source().name().id();
    }

    @Override
    public String part() {
        return by.component().source().name().part();
    }

    @Override
    public Moment moment() {
        return by.moment();
    }

    @Override
    public Optional<SmtpConnection> connection() {
        return Optional.of(call.connection());
    }

    @Override
    public Optional<Transaction> transaction() {
        return call.hasTransaction() ? Optional.of(call.transaction()) : Optional.empty();
    }
}
