package org.tarishi.api;

import java.nio.charset.StandardCharsets;

/** Addresses, domains, literals: what is read is written as something that is read as the same. */
public final class AddressFuzz {

    private AddressFuzz() {}

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] data) {
        var text = new String(data, StandardCharsets.UTF_8);
        ReversePath path;
        try {
            path = ReversePath.parse("<" + text + ">");
        } catch (AddressSyntaxException e) {
            check(e.position() >= 0, "there is a place", text);
            host(text);
            return;
        }
        check(ReversePath.parse(path.toString()).equals(path), "a path is read as it was written", path);
        path.mailbox().ifPresent(AddressFuzz::mailbox);
    }

    private static void mailbox(Mailbox mailbox) {
        printable(mailbox.address());
        check(Mailbox.parse(mailbox.address()).equals(mailbox), "an address is read as it was written", mailbox);
        check(
                Mailbox.parse(mailbox.asciiAddress()).equals(mailbox),
                "an address with A-labels is read as it was written",
                mailbox);
        check(
                Mailbox.of(mailbox.localPart(), mailbox.host()).equals(mailbox),
                "an address is made of its parts",
                mailbox);
    }

    private static void host(String text) {
        MailHost host;
        try {
            host = MailHost.parse(text);
        } catch (AddressSyntaxException e) {
            return;
        }
        printable(host.unicode());
        check(MailHost.parse(host.unicode()).equals(host), "a host is read as it was shown", host);
        check(MailHost.parse(host.ascii()).equals(host), "a host is read as it was written", host);
        check(host.ascii().chars().allMatch(c -> c > 0x20 && c < 0x7f), "A-labels are ASCII", host);
    }

    private static void printable(String text) {
        check(Text.escaped(text).equals(text), "there is nothing in it that a log or a reply has to escape", text);
    }

    private static void check(boolean holds, String rule, Object of) {
        if (!holds) {
            throw new AssertionError(rule + ": " + Text.escaped(of.toString()));
        }
    }
}
