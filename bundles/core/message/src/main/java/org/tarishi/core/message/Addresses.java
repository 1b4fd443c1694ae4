package org.tarishi.core.message;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.james.mime4j.dom.address.Group;
import org.apache.james.mime4j.field.address.LenientAddressParser;
import org.apache.james.mime4j.stream.ParserCursor;
import org.apache.james.mime4j.util.ContentUtil;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.AddressSyntaxException;
import org.tarishi.api.MailHost;
import org.tarishi.api.Mailbox;
import org.tarishi.api.message.HeaderAddress;

/** Reads address lists (RFC 5322 section 3.4), and what people write instead. */
final class Addresses {

    private static final String WORD_START = "=?";

    /**
     * Hides encoded words from the parser, which would decode them in quadratic time; they are decoded here. It holds a character
     * for private use: whoever sends that gets no more than a name that is decoded.
     */
    private static final String HIDDEN = "=\uE000?";

    private Addresses() {}

    private record Read(String address, Optional<Mailbox> mailbox, String name, Optional<String> group)
            implements HeaderAddress {}

    /** Reads an unfolded value; what is no address is left out. */
    static List<HeaderAddress> parse(String value) {
        var bytes = ContentUtil.encode(StandardCharsets.UTF_8, value.replace(WORD_START, HIDDEN));
        var found = new ArrayList<HeaderAddress>();
        for (var each : LenientAddressParser.DEFAULT.parseAddressList(bytes, new ParserCursor(0, bytes.length()))) {
            if (each instanceof Group group) {
                var name = Optional.of(shown(group.getName()));
                group.getMailboxes().forEach(member -> add(found, member, name));
            } else if (each instanceof org.apache.james.mime4j.dom.address.Mailbox mailbox) {
                add(found, mailbox, Optional.empty());
            }
        }
        return found;
    }

    private static void add(
            List<HeaderAddress> found, org.apache.james.mime4j.dom.address.Mailbox read, Optional<String> group) {
        var address = read.getAddress();
        if (address == null || address.isEmpty()) {
            return;
        }
        var mailbox = mailbox(read);
        // The parser takes quotes off; where they are needed they are part of the address.
        var written = mailbox.map(Mailbox::address)
                .filter(quoted -> quoted.startsWith("\""))
                .orElseGet(() -> address.replace(HIDDEN, WORD_START));
        found.add(new Read(written, mailbox, shown(read.getName()), group));
    }

    private static Optional<Mailbox> mailbox(org.apache.james.mime4j.dom.address.Mailbox read) {
        var local = read.getLocalPart();
        var domain = read.getDomain();
        if (local == null || domain == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(Mailbox.of(local.replace(HIDDEN, WORD_START), MailHost.parse(domain)));
        } catch (AddressSyntaxException e) {
            return Optional.empty();
        }
    }

    private static String shown(@Nullable String name) {
        return name == null ? "" : HeaderText.decode(name.replace(HIDDEN, WORD_START));
    }
}
