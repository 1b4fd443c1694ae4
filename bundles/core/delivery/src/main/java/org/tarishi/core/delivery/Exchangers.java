package org.tarishi.core.delivery;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.AddressLiteral;
import org.tarishi.api.Domain;
import org.tarishi.api.MailHost;
import org.tarishi.api.Reply;
import org.tarishi.api.StatusReason;
import org.tarishi.api.outbound.MxResult;
import org.tarishi.api.service.Dns;
import org.tarishi.api.service.DnsAnswer;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.MxRecord;

/**
 * Finds the hosts that take a domain's mail, by DNS (RFC 5321 section 5.1, RFC 7505). Blocks; any thread.
 *
 * <p>What could not be asked is a deferral; an answer that leaves nowhere to go is a failure for good.
 */
final class Exchangers {

    /** Of a domain with more exchangers, so many are looked up, the best first. */
    private static final int MOST_HOSTS = 50;

    /** Where to. */
    sealed interface Found {

        /**
         * There.
         *
         * @param targets in the order in which they are to be tried; at least one
         * @param isSecure whether DNSSEC vouches for their names
         */
        record Targets(List<Target> targets, boolean isSecure) implements Found {}

        /** Nowhere, or not known now. */
        record Nowhere(MxResult why) implements Found {}
    }

    private final Dns dns;
    private final Dane dane;
    private final OwnHost own;
    private final RandomGenerator random;

    Exchangers(Dns dns, Dane dane, OwnHost own, RandomGenerator random) {
        this.dns = dns;
        this.dane = dane;
        this.own = own;
        this.random = random;
    }

    /**
     * Finds them.
     *
     * @param reachable tells the addresses that can be reached from the local address that was chosen
     */
    Found of(Settings now, MailHost destination, Predicate<InetAddress> reachable) {
        var search = new Search(now, destination.ascii(), reachable);
        try {
            return switch (destination) {
                case AddressLiteral(var address) -> {
                    var name = address.getHostAddress();
                    search.group(List.of(new Candidate(name, name, List.of(address), false)));
                    yield search.end(false);
                }
                case Domain domain -> of(domain, search);
            };
        } catch (LookupException e) {
            return search.unknown(e);
        }
    }

    private Found of(Domain domain, Search search) throws LookupException {
        var mx = dns.mx(domain);
        return switch (mx.kind()) {
            case NO_DOMAIN ->
                bounce(StatusReason.ADDR_BAD_DEST_SYSTEM.reply(
                        550, "the domain " + domain.ascii() + " does not exist"));
            case NO_DATA -> implicit(domain, search);
            case FOUND ->
                mx.records().isEmpty()
                        ? bounce(StatusReason.ADDR_NULL_MX.reply(
                                556, "the domain " + domain.ascii() + " takes no mail (null MX)"))
                        : listed(mx, search);
        };
    }

    /** RFC 5321 section 5.1: a domain without exchangers is its own. */
    private Found implicit(Domain domain, Search search) throws LookupException {
        var answer = dns.addresses(domain);
        if (answer.records().isEmpty()) {
            return bounce(StatusReason.ADDR_BAD_DEST_SYSTEM.reply(
                    550, "the domain " + domain.ascii() + " has neither a mail exchanger nor an address"));
        }
        search.group(List.of(Candidate.of(domain, answer)));
        // RFC 7672 section 2.2.2: such a domain may be a signed alias of a name that is not signed.
        return search.end(
                answer.isSecure() || (answer.canonicalName().isPresent() && dane.isSecureAlias(domain.ascii())));
    }

    private Found listed(DnsAnswer<MxRecord> mx, Search search) {
        var groups = new TreeMap<Integer, List<Domain>>();
        for (var record : mx.records()) {
            var group = groups.computeIfAbsent(record.preference(), _ -> new ArrayList<>());
            if (!group.contains(record.host())) {
                group.add(record.host());
            }
        }
        int looked = 0;
        for (var group : groups.values()) {
            Collections.shuffle(group, random);
            var candidates = new ArrayList<Candidate>();
            for (var host : group) {
                if (search.isOwn(host.ascii())) {
                    search.isLoop = true;
                    return search.end(mx.isSecure());
                }
                if (looked++ < MOST_HOSTS) {
                    candidates.add(search.candidate(host));
                }
            }
            // RFC 5321 section 5.1: who is as near as we are would only send it back.
            if (!search.group(candidates) || search.isFull()) {
                break;
            }
        }
        return search.end(mx.isSecure());
    }

    private static Found bounce(Reply reply) {
        return new Found.Nowhere(MxResult.bounce(reply));
    }

    /** A host with all its addresses. */
    private record Candidate(String host, String canonicalName, List<InetAddress> addresses, boolean isSecure) {

        static Candidate of(Domain host, DnsAnswer<InetAddress> answer) {
            var name = host.ascii();
            return new Candidate(name, answer.canonicalName().orElse(name), answer.records(), answer.isSecure());
        }
    }

    /** What was found so far, and why something was left out. */
    private final class Search {
        private final Settings now;
        private final String domain;
        private final Predicate<InetAddress> reachable;
        private final List<Target> targets = new ArrayList<>();
        private @Nullable LookupException failure;
        private boolean isLoop;
        private boolean isPrivate;
        private boolean isOutOfReach;

        Search(Settings now, String domain, Predicate<InetAddress> reachable) {
            this.now = now;
            this.domain = domain;
            this.reachable = reachable;
        }

        boolean isOwn(String host) {
            return !now.isLocalMxAllowed() && own.isName(host, now.ownNames());
        }

        Candidate candidate(Domain host) {
            try {
                return Candidate.of(host, dns.addresses(host));
            } catch (LookupException e) {
                failure = e;
                return new Candidate(host.ascii(), host.ascii(), List.of(), false);
            }
        }

        /**
         * Takes hosts of one preference.
         *
         * @return whether those behind them may be taken too: not when this host is one of them
         */
        boolean group(List<Candidate> candidates) {
            var group = new ArrayList<Target>();
            for (var candidate : candidates) {
                if (!now.isLocalMxAllowed()
                        && candidate.addresses.stream()
                                .anyMatch(address -> own.isAddress(address, now.ownAddresses()))) {
                    isLoop = true;
                    return false;
                }
                for (var address : now.preference().order(candidate.addresses, random)) {
                    if (!now.isLocalMxAllowed() && OwnHost.isPrivate(address)) {
                        isPrivate = true;
                    } else if (reachable.test(address)) {
                        group.add(new Target(candidate.host, candidate.canonicalName, address, candidate.isSecure));
                    }
                }
                isOutOfReach |= !candidate.addresses.isEmpty();
            }
            // The preferred family first, within the preference of the exchangers; else as they are.
            group.sort(Comparator.comparingInt(target -> now.preference().rank(target.address())));
            targets.addAll(group);
            return true;
        }

        boolean isFull() {
            return targets.size() >= now.maxAddresses();
        }

        Found unknown(LookupException e) {
            return new Found.Nowhere(MxResult.defer(StatusReason.NET_DIRECTORY_SERVER_FAILED.reply(
                    451, Shown.text("DNS can't be asked about " + domain + " now: " + e.getMessage()))));
        }

        Found end(boolean isSecure) {
            if (!targets.isEmpty()) {
                return new Found.Targets(
                        List.copyOf(targets.subList(0, Math.min(targets.size(), now.maxAddresses()))), isSecure);
            }
            if (failure != null) {
                return unknown(failure);
            }
            if (isLoop) {
                return bounce(StatusReason.NET_ROUTING_LOOP.reply(
                        550, "mail for " + domain + " would come back to this host"));
            }
            if (isPrivate) {
                return bounce(StatusReason.NET_UNABLE_TO_ROUTE.reply(
                        550, "the mail exchangers of " + domain + " have no public address"));
            }
            if (isOutOfReach) {
                return new Found.Nowhere(MxResult.defer(StatusReason.NET_UNABLE_TO_ROUTE.reply(
                        451, "no address of the mail exchangers of " + domain + " can be reached from here")));
            }
            return bounce(
                    StatusReason.NET_UNABLE_TO_ROUTE.reply(550, "no mail exchanger of " + domain + " has an address"));
        }
    }
}
