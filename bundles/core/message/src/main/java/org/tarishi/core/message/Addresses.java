package org.tarishi.core.message;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.james.mime4j.dom.address.Group;
import org.apache.james.mime4j.dom.address.Mailbox;
import org.apache.james.mime4j.field.address.LenientAddressParser;
import org.apache.james.mime4j.stream.ParserCursor;
import org.apache.james.mime4j.util.ContentUtil;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.AddressSyntaxException;
import org.tarishi.api.message.HeaderAddress;

/** Reads address lists (RFC 5322 section 3.4), and what people write instead. */
final class Addresses {

    private Addresses() {}

    private record Read(
            String address, String name, @Nullable String inGroup) implements HeaderAddress {

        @Override
        public Optional<org.tarishi.api.Mailbox> mailbox() {
            try {
                return Optional.of(org.tarishi.api.Mailbox.parse(address));
            } catch (AddressSyntaxException e) {
                return Optional.empty();
            }
        }

        @Override
        public Optional<String> group() {
            return Optional.ofNullable(inGroup);
        }
    }

    /** Reads an unfolded value; what is no address is left out. */
    static List<HeaderAddress> parse(String value) {
        var bytes = ContentUtil.encode(StandardCharsets.UTF_8, value);
        var found = new ArrayList<HeaderAddress>();
        for (var each : LenientAddressParser.DEFAULT.parseAddressList(bytes, new ParserCursor(0, bytes.length()))) {
            switch (each) {
                case Mailbox mailbox -> add(found, mailbox, null);
                case Group group ->
                    group.getMailboxes().forEach(mailbox -> add(found, mailbox, HeaderText.decode(group.getName())));
                default -> throw new AssertionError("neither mailbox nor group");
            }
        }
        return found;
    }

    private static void add(List<HeaderAddress> found, Mailbox mailbox, @Nullable String group) {
        var address = mailbox.getAddress();
        if (address == null || address.isEmpty()) {
            return;
        }
        var name = mailbox.getName();
        found.add(new Read(address, name == null ? "" : HeaderText.decode(name), group));
    }
}
