package org.tarishi.core.delivery;

import java.io.InputStream;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tarishi.api.EsmtpParameters;
import org.tarishi.api.MailHost;
import org.tarishi.api.Notes;
import org.tarishi.api.Recipient;
import org.tarishi.api.ReversePath;
import org.tarishi.api.outbound.OutboundMail;
import org.tarishi.testing.FakeNotes;

/** A mail in the queue. */
final class FakeMail implements OutboundMail {

    private final MailHost domain;
    private final List<Recipient> recipients;
    private ReversePath sender = ReversePath.parse("<Sender@Example.org>");
    private Optional<String> user = Optional.empty();
    private boolean isTlsRequired;
    private final Notes notes = new FakeNotes();

    private FakeMail(MailHost domain, List<Recipient> recipients) {
        this.domain = domain;
        this.recipients = recipients;
    }

    static FakeMail to(String domain, String... users) {
        var names = users.length == 0 ? new String[] {"user"} : users;
        return new FakeMail(
                MailHost.parse(domain),
                Arrays.stream(names)
                        .map(user -> Recipient.parse("<" + user + "@" + domain + ">"))
                        .toList());
    }

    FakeMail from(String path) {
        sender = ReversePath.parse(path);
        return this;
    }

    FakeMail by(String name) {
        user = Optional.of(name);
        return this;
    }

    FakeMail keptToTls() {
        sender = sender.withParameters(EsmtpParameters.of(Map.of("REQUIRETLS", "")));
        isTlsRequired = true;
        return this;
    }

    @Override
    public String id() {
        return "1.1.1";
    }

    @Override
    public ReversePath sender() {
        return sender;
    }

    @Override
    public List<Recipient> recipients() {
        return recipients;
    }

    @Override
    public MailHost domain() {
        return domain;
    }

    @Override
    public Optional<String> user() {
        return user;
    }

    @Override
    public Instant queuedAt() {
        return Instant.EPOCH;
    }

    @Override
    public int failures() {
        return 0;
    }

    @Override
    public boolean isTlsRequired() {
        return isTlsRequired;
    }

    @Override
    public void requireTls() {
        isTlsRequired = true;
    }

    @Override
    public Notes notes() {
        return new FakeNotes();
    }

    @Override
    public Notes transactionNotes() {
        return notes;
    }

    @Override
    public InputStream open() {
        return InputStream.nullInputStream();
    }
}
