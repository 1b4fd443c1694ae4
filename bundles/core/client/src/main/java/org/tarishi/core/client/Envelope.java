package org.tarishi.core.client;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.NotifyOn;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.ReversePath;
import org.tarishi.api.Xtext;

/** What is said and heard of one message up to its data. One thread. */
final class Envelope {

    private final List<String> commands = new ArrayList<>();
    /** RFC 8689 section 2: both the parameter and what a peer offers. */
    static final String REQUIRE_TLS = "REQUIRETLS";

    private final int recipients;
    private final boolean allOrNone;
    private final List<Reply> rcpt = new ArrayList<>();
    private @Nullable Reply mailReply;
    private @Nullable Reply dataReply;

    /** What the message is like, and how much of it. */
    record Form(long size, boolean isEightBit, boolean isBinary, boolean isUtf8) {}

    /**
     * Makes one.
     *
     * @param isUnreset whether RSET is due first
     */
    Envelope(ReversePath from, List<Recipient> to, Form form, Offer offer, boolean allOrNone, boolean isUnreset) {
        this.recipients = to.size();
        this.allOrNone = allOrNone;
        if (isUnreset) {
            commands.add("RSET");
        }
        commands.add(mail(from, form, offer));
        to.forEach(one -> commands.add(rcpt(one, offer)));
        if (!form.isBinary()) {
            commands.add("DATA");
        }
    }

    /** Returns MAIL; a size below 0 is not known yet. */
    static String mail(ReversePath from, Form form, Offer offer) {
        var mail = new StringBuilder("MAIL FROM:<");
        from.mailbox().ifPresent(mailbox -> mail.append(mailbox.asciiAddress()));
        mail.append('>');
        if (offer.has("SIZE") && form.size() >= 0) {
            mail.append(" SIZE=").append(form.size());
        }
        if (form.isEightBit()) {
            mail.append(" BODY=8BITMIME");
        }
        if (form.isBinary()) {
            mail.append(" BODY=BINARYMIME");
        }
        if (form.isUtf8()) {
            mail.append(" SMTPUTF8");
        }
        if (from.parameters().has(REQUIRE_TLS) && offer.has(REQUIRE_TLS)) {
            mail.append(" REQUIRETLS");
        }
        if (offer.has("DSN")) {
            from.returnContent().ifPresent(ret -> mail.append(" RET=").append(ret));
            from.envelopeId().ifPresent(id -> mail.append(" ENVID=").append(Xtext.encode(id)));
        }
        if (offer.has("MT-PRIORITY")) {
            from.priority().ifPresent(priority -> mail.append(" MT-PRIORITY=").append(priority));
        }
        return mail.toString();
    }

    /** RFC 3461 section 5.2.1: what the sender wants to hear goes on to who knows of it. */
    static String rcpt(Recipient to, Offer offer) {
        var command = "RCPT TO:<" + to.mailbox().asciiAddress() + ">";
        if (to.parameters().isEmpty() || !offer.has("DSN")) {
            return command;
        }
        return command
                + to.notifyOn()
                        .map(when -> when.stream()
                                .sorted()
                                .map(NotifyOn::name)
                                .collect(Collectors.joining(",", " NOTIFY=", "")))
                        .orElse("")
                + to.original().map(original -> " ORCPT=" + original).orElse("");
    }

    /** Returns what is said, in order: RSET where it is due, MAIL, RCPT…, and DATA unless the message is binary. */
    List<String> commands() {
        return commands;
    }

    void heardMail(Reply reply) {
        mailReply = reply;
    }

    void heardRcpt(Reply reply) {
        rcpt.add(reply);
    }

    void heardData(Reply reply) {
        dataReply = reply;
    }

    /** Returns the reply to MAIL, null as long as there is none. */
    @Nullable Reply mail() {
        return mailReply;
    }

    /** Returns the replies to RCPT so far. */
    List<Reply> rcpt() {
        return rcpt;
    }

    /** Returns the reply to DATA, null as long as there is none. */
    @Nullable Reply data() {
        return dataReply;
    }

    /** Lets the last reply to RCPT speak for those that will have none. */
    void spread() {
        while (rcpt.size() < recipients) {
            rcpt.add(rcpt.getLast());
        }
    }

    int accepted() {
        return (int) rcpt.stream().filter(Reply::isPositive).count();
    }

    /** Tells whether nothing that could still be said would help. */
    boolean isHopeless() {
        if (mailReply != null && !mailReply.isPositive()) {
            return true;
        }
        return rcpt.size() == recipients && (allOrNone ? accepted() < recipients : accepted() == 0);
    }

    /** Tells whether the peer waits for the message. */
    boolean isGo() {
        return dataReply != null && dataReply.code() / 100 == 3;
    }
}
