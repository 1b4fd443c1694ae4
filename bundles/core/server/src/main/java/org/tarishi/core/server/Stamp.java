package org.tarishi.core.server;

import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.AuthResult;
import org.tarishi.api.message.HeaderField;

/** Puts on top of a message what this host has to say of it. One of a session, one message at a time. */
final class Stamp {

    private final Session session;
    private final Settings settings;
    private byte @Nullable [] ownAuthField;

    Stamp(Session session, Settings settings) {
        this.session = session;
        this.settings = settings;
    }

    /** Puts Received, what plugins have added so far, and Authentication-Results on a message that has just arrived. */
    void put(MailTransaction open, ZonedDateTime now) {
        var message = open.message();
        if (message == null) {
            throw new IllegalStateException("no message to stamp");
        }
        var early = open.mergeHeaders();
        var headers = message.headers();
        if (settings.cleanAuthResults()) {
            headers.rename("Authentication-Results", "Original-Authentication-Results");
        }
        if (settings.addReceived()) {
            headers.prependRaw(TraceFields.received(
                    session, settings, session.protocol(), open.id(), open.only(), open.isUtf8(), now));
        }
        if (early != null) {
            early.fields().reversed().stream().map(HeaderField::bytes).forEach(headers::prependRaw);
        }
        ownAuthField = null;
        renew(open);
    }

    /** Puts our own Authentication-Results on top, in the place of an earlier one; none where nobody found anything out. */
    void renew(MailTransaction open) {
        var message = open.message();
        var parts = authParts(open);
        if (message == null || parts.isEmpty()) {
            return;
        }
        var headers = message.headers();
        var field = TraceFields.authenticationResults(settings.hostname(), parts, open.isUtf8());
        var before = ownAuthField;
        if (before != null) {
            var fields = headers.all("Authentication-Results");
            if (Arrays.equals(before, field)
                    && !headers.fields().isEmpty()
                    && Arrays.equals(headers.fields().getFirst().bytes(), field)) {
                return;
            }
            fields.stream()
                    .filter(f -> Arrays.equals(f.bytes(), before))
                    .findFirst()
                    .ifPresent(headers::remove);
        }
        headers.prependRaw(field);
        ownAuthField = field;
    }

    private List<AuthResult> authParts(MailTransaction open) {
        var ours = session.writtenAuthResults();
        var its = open.writtenAuthResults();
        if (ours == null && its == null) {
            return List.of();
        }
        var parts = new ArrayList<AuthResult>();
        if (ours != null) {
            parts.addAll(ours.all());
        }
        if (its != null) {
            parts.addAll(its.all());
        }
        return parts;
    }
}
