package org.tarishi.core.hooks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.tarishi.api.Moment;
import org.tarishi.api.Text;
import org.tarishi.api.hook.VerbHandler;

/** The command {@code chain}: prints what runs at each moment, in order, and why. */
@Component(
        service = BiFunction.class,
        property = {
            "tarishi.command=chain",
            "tarishi.command.help=chain [MOMENT]: which plugins are asked at each moment, or at one such as rcpt, in order, and why"
        })
public final class ChainCommand implements BiFunction<List<String>, Appendable, Integer> {

    private final Engine engine;

    /** Prints the chain of these hooks. */
    @Activate
    public ChainCommand(@Reference ChainHooks hooks) {
        this(hooks.engine());
    }

    ChainCommand(Engine engine) {
        this.engine = engine;
    }

    @Override
    public Integer apply(List<String> args, Appendable out) {
        try {
            if (args.size() > 2) {
                out.append("chain takes one moment, or nothing\n");
                return 2;
            }
            var chains = engine.current();
            var settings = engine.settings();
            if (args.size() == 2) {
                var moment = Moment.ofKey(args.get(1));
                if (moment.isEmpty()) {
                    out.append(Text.escaped(args.get(1))).append(" is no moment; they are");
                    for (var one : Moment.values()) {
                        out.append(' ').append(one.key());
                    }
                    out.append('\n');
                    return 2;
                }
                print(settings, chains, moment.get(), out);
                lines(out, missing(settings, chains));
                return 0;
            }
            out.append(order(settings)).append('\n');
            for (var moment : Moment.values()) {
                boolean hasVerbs =
                        moment == Moment.UNRECOGNIZED_COMMAND && !chains.verbs().isEmpty();
                if (!chains.isEmpty(moment) || hasVerbs) {
                    print(settings, chains, moment, out);
                }
            }
            print(settings, "told of connections", chains.listeners().session(), out);
            print(
                    settings,
                    "told of the end of transactions",
                    chains.listeners().transaction(),
                    out);
            print(settings, "told of results", chains.listeners().result(), out);
            print(settings, "told of deliveries", chains.listeners().delivery(), out);
            print(settings, "told of lines of the log", chains.listeners().log(), out);
            out.append('\n');
            lines(out, PluginStatus.lines(engine, chains));
            lines(out, optional(settings, chains));
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void lines(Appendable out, List<String> lines) throws IOException {
        for (var line : lines) {
            out.append(line).append('\n');
        }
    }

    private static String order(ChainSettings settings) {
        var listed = String.join(
                ", ",
                settings.plugins().stream().map(ChainSettings.Entry::toString).toList());
        var first = listed.isEmpty() ? "no plugin is listed" : "listed (" + ChainConfig.PID + "): " + listed;
        return first
                + (settings.strict()
                        ? "; strict: others are left out"
                        : "; others run behind, by ranking, then by service number");
    }

    // One moment.

    private void print(ChainSettings settings, Chains chains, Moment moment, Appendable out) throws IOException {
        var links = chains.links(moment);
        out.append(moment.key());
        if (links.length == 0) {
            out.append(": nobody");
        } else if (chains.isInline(moment)) {
            out.append(": on the event loop, all only compute");
            if (moment == Moment.AUTH) {
                out.append("; what a client says, on a virtual thread");
            }
        } else {
            out.append(": on a virtual thread, ").append(whyHop(settings, moment, links));
        }
        if (chains.gaps().moments().contains(moment)) {
            out.append("; waits for a plugin that is being replaced");
        }
        out.append('\n');
        for (var link : links) {
            print(settings, link, out);
        }
        if (moment == Moment.UNRECOGNIZED_COMMAND) {
            for (var verb : chains.verbs().entrySet()) {
                out.append("verb ").append(verb.getKey()).append(": on a virtual thread\n");
                print(settings, verb.getValue(), out);
                lines(out, shadowed(chains, verb.getKey(), verb.getValue()));
            }
        }
    }

    private static String whyHop(ChainSettings settings, Moment moment, Link[] links) {
        if (moment == Moment.ATTACHMENT) {
            return "the parts of a message are read from disk";
        }
        for (var link : links) {
            var source = link.component().source();
            if (!source.isNonBlocking()) {
                return link.name() + " may block";
            }
            if (!settings.trusts(Registry.names(source))) {
                return link.name() + " says that it only computes and is not in trusted";
            }
        }
        throw new IllegalStateException(moment.key() + " would run on the event loop");
    }

    private static List<String> shadowed(Chains chains, String verb, Link first) {
        return chains.components().stream()
                .filter(one -> one != first.component()
                        && one.has(VerbHandler.class)
                        && verb.equals(one.source().verb()))
                .map(one -> "  " + one.source().name() + "  not asked: the first in the chain has the verb")
                .toList();
    }

    private void print(ChainSettings settings, String what, List<Link> links, Appendable out) throws IOException {
        if (!links.isEmpty()) {
            out.append(what).append(": afterwards, each on a thread of its own\n");
            for (var link : links) {
                print(settings, link, out);
            }
        }
    }

    private void print(ChainSettings settings, Link link, Appendable out) throws IOException {
        var source = link.component().source();
        var names = Registry.names(source);
        out.append("  ").append(link.name()).append("  ").append(why(settings, link));
        out.append("; limit ")
                .append(
                        link.limitNanos() == Long.MAX_VALUE
                                ? "none"
                                : Durations.show(Duration.ofNanos(link.limitNanos())))
                .append(link.asked() != null && settings.hasLimit(names, link.asked()) ? " (limits)" : "");
        out.append("; a fault counts as ")
                .append(link.onFault().name())
                .append(settings.hasOnFault(names) ? " (onFault)" : "");
        var breaker = link.component().plugin().breaker();
        if (breaker.total() > 0 || breaker.isOpenForGood()) {
            out.append("; faults ").append(Long.toString(breaker.total())).append(", breaker " + breaker);
        }
        out.append("; ")
                .append(source.bundle())
                .append(' ')
                .append(source.version().toString());
        out.append(" [").append(Long.toString(source.bundleId())).append("]\n");
    }

    private static String why(ChainSettings settings, Link link) {
        var source = link.component().source();
        ChainSettings.Entry general = null;
        for (var entry : settings.plugins()) {
            if (isFor(entry, source)) {
                if (entry.moment() == link.asked() && link.asked() != null) {
                    return place(settings, entry);
                }
                if (entry.moment() == null) {
                    general = entry;
                }
            }
        }
        return general != null
                ? place(settings, general)
                : "not listed: after those that are, ranking " + source.ranking() + ", service " + source.serviceId();
    }

    private static String place(ChainSettings settings, ChainSettings.Entry entry) {
        return "listed as " + entry + ", " + (settings.plugins().indexOf(entry) + 1) + " of "
                + settings.plugins().size() + (entry.isOptional() ? "" : ", required");
    }

    private static boolean isFor(ChainSettings.Entry entry, Source source) {
        return entry.name().equals(source.name().id()) || source.formerly().contains(entry.name());
    }

    // What is not there.

    private List<String> missing(ChainSettings settings, Chains chains) {
        var lines = new ArrayList<>(PluginStatus.missing(engine, chains));
        lines.addAll(optional(settings, chains));
        return lines;
    }

    /** Returns a line for each optional plugin that is listed and not there. */
    private static List<String> optional(ChainSettings settings, Chains chains) {
        return settings.plugins().stream()
                .filter(entry -> entry.isOptional()
                        && !chains.gaps().plugins().contains(entry.name())
                        && chains.components().stream().noneMatch(one -> isFor(entry, one.source())))
                .map(entry -> entry + ": listed and not there; mail is taken without it")
                .toList();
    }
}
