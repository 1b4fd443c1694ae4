package org.tarishi.core.dns;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.service.DnsAnswer.Kind;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/**
 * What one message says about a question. Aliases are followed as far as the message goes; what it holds besides is not looked at.
 *
 * @param kind what it says; nothing when the last alias has to be asked for
 * @param records the records of the type
 * @param last the name at the end of the aliases
 * @param aliases how many there were
 * @param ttl how many seconds it holds; 0 for what must not be kept
 */
record Reading(@Nullable Kind kind, List<Record> records, Name last, int aliases, long ttl) {

    /**
     * Reads a message that is an answer (NOERROR or NXDOMAIN).
     *
     * @throws IOException when it has more aliases than that
     */
    static Reading of(Message message, Question question, int mostAliases) throws IOException {
        var at = question.name();
        long ttl = Long.MAX_VALUE;
        int aliases = 0;
        var answer = message.getSection(Section.ANSWER);
        while (true) {
            var records = records(answer, at, question.type());
            if (!records.isEmpty()) {
                return new Reading(Kind.FOUND, records, at, aliases, Math.min(ttl, ttl(records)));
            }
            var alias = alias(answer, at);
            if (alias == null) {
                break;
            }
            if (++aliases > mostAliases) {
                throw new IOException(question + " has more than " + mostAliases + " aliases");
            }
            ttl = Math.min(ttl, alias.getTTL());
            at = alias.getTarget();
        }
        long negative = Math.min(ttl, negativeTtl(message));
        if (message.getRcode() == Rcode.NXDOMAIN) {
            return new Reading(Kind.NO_DOMAIN, List.of(), at, aliases, negative);
        }
        // Without the zone's start a message that ends with an alias says nothing about its target (RFC 2308 section
        // 2.2).
        boolean isOpen = aliases > 0 && start(message) == null;
        return new Reading(isOpen ? null : Kind.NO_DATA, List.of(), at, aliases, isOpen ? ttl : negative);
    }

    private static List<Record> records(List<Record> answer, Name name, int type) {
        var all = new ArrayList<Record>();
        for (var record : answer) {
            if (record.getType() == type && record.getName().equals(name)) {
                all.add(record);
            }
        }
        return all;
    }

    private static @Nullable CNAMERecord alias(List<Record> answer, Name name) {
        for (var record : answer) {
            if (record.getType() == Type.CNAME
                    && record instanceof CNAMERecord alias
                    && alias.getName().equals(name)) {
                return alias;
            }
        }
        return null;
    }

    private static long ttl(List<Record> records) {
        return records.stream().mapToLong(Record::getTTL).min().orElse(0);
    }

    private static @Nullable SOARecord start(Message message) {
        for (var record : message.getSection(Section.AUTHORITY)) {
            if (record instanceof SOARecord start) {
                return start;
            }
        }
        return null;
    }

    /** RFC 2308 section 5: what comes without the zone's start must not be kept. */
    private static long negativeTtl(Message message) {
        var start = start(message);
        return start == null ? 0 : Math.min(start.getTTL(), start.getMinimum());
    }
}
