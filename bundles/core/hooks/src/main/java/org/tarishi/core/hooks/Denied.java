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

    /** What is submitted is shown as this call sees it, and not as it was when it was refused. */
    @Override
    public Optional<Object> argument() {
        return moment() == Moment.PRE_SEND_TRANS_EMAIL ? Optional.of(call.submission()) : argument;
    }

    @Override
    public Moment moment() {
        return by.moment();
    }

    @Override
    public Optional<SmtpConnection> connection() {
        return call.hasConnection() ? Optional.of(call.connection()) : Optional.empty();
    }

    @Override
    public Optional<Transaction> transaction() {
        return call.hasTransaction() ? Optional.of(call.transaction()) : Optional.empty();
    }
}
