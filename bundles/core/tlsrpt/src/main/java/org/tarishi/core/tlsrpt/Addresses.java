package org.tarishi.core.tlsrpt;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.tarishi.api.Recipient;

/**
 * Where a domain wants its reports (RFC 8460 section 3).
 *
 * @param mails by mail
 * @param sites by HTTPS
 */
record Addresses(List<Recipient> mails, List<URI> sites) {

    /** Of a record with more, the first count. */
    private static final int MOST = 5;

    Addresses {
        mails = List.copyOf(mails);
        sites = List.copyOf(sites);
    }

    /**
     * Reads the one TXT record that begins with the version; several are none.
     *
     * @param records in presentation form
     */
    static Addresses parse(List<String> records) {
        var ours = records.stream()
                .map(text -> text.replace("\" \"", "").replace("\"", "").strip())
                .filter(text -> text.startsWith("v=TLSRPTv1"))
                .toList();
        var mails = new ArrayList<Recipient>();
        var sites = new ArrayList<URI>();
        if (ours.size() == 1) {
            for (var field : ours.getFirst().split(";", -1)) {
                var text = field.strip();
                if (text.startsWith("rua") && text.indexOf('=') > 0) {
                    add(text.substring(text.indexOf('=') + 1), mails, sites);
                }
            }
        }
        return new Addresses(mails, sites);
    }

    private static void add(String uris, List<Recipient> mails, List<URI> sites) {
        for (var text : uris.split(",", -1)) {
            if (mails.size() + sites.size() == MOST) {
                return;
            }
            var uri = text.strip();
            var lower = uri.toLowerCase(Locale.ROOT);
            try {
                if (lower.startsWith("mailto:")) {
                    var address = uri.substring("mailto:".length()).replaceFirst("\\?.*", "");
                    var plain = URLDecoder.decode(address.replace("+", "%2B"), StandardCharsets.UTF_8);
                    var recipient = Recipient.parse("<" + plain + ">");
                    if (!recipient.mailbox().needsUtf8()) {
                        mails.add(recipient);
                    }
                } else if (lower.startsWith("https://")) {
                    var site = new URI(uri);
                    if (site.getHost() != null && site.getUserInfo() == null) {
                        sites.add(site);
                    }
                }
            } catch (URISyntaxException | IllegalArgumentException e) {
                // what is no address is none
            }
        }
    }

    boolean isNowhere() {
        return mails.isEmpty() && sites.isEmpty();
    }
}
