package org.tarishi.core.hooks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.function.BiFunction;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.tarishi.api.Moment;
import org.tarishi.api.Text;

/** The command {@code chain}: prints what runs at each moment, in order, and why. */
@Component(
        service = BiFunction.class,
        property = {
            "tarishi.command=chain",
            "tarishi.command.help=chain [MOMENT]: which plugins are asked at each moment, or at one such as rcpt, in order"
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
                print(chains, moment.get(), out);
                return 0;
            }
            for (var moment : Moment.values()) {
                if (!chains.isEmpty(moment)) {
                    print(chains, moment, out);
                }
            }
            for (var verb : chains.verbs().entrySet()) {
                out.append("verb ").append(verb.getKey()).append('\n');
                print(verb.getValue(), out);
            }
            out.append('\n');
            for (var line : PluginStatus.lines(engine, chains)) {
                out.append(line).append('\n');
            }
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void print(Chains chains, Moment moment, Appendable out) throws IOException {
        out.append(moment.key());
        var links = chains.links(moment);
        if (links.length == 0) {
            out.append(": nobody");
        } else if (chains.isInline(moment)) {
            out.append(": on the event loop");
        }
        out.append('\n');
        for (var link : links) {
            print(link, out);
        }
    }

    private void print(Link link, Appendable out) throws IOException {
        var source = link.component().source();
        out.append("  ").append(link.name()).append("  ").append(why(source, link.moment()));
        out.append("; limit ")
                .append(
                        link.limitNanos() == Long.MAX_VALUE
                                ? "none"
                                : Durations.show(Duration.ofNanos(link.limitNanos())));
        out.append("; a fault counts as ").append(link.onFault().name());
        out.append("; ")
                .append(source.bundle())
                .append(' ')
                .append(source.version().toString());
        out.append(" [").append(Long.toString(source.bundleId())).append("]\n");
    }

    private String why(Source source, Moment moment) {
        ChainSettings.Entry general = null;
        for (var entry : engine.settings().plugins()) {
            if (entry.name().equals(source.name().id()) || source.formerly().contains(entry.name())) {
                if (entry.moment() == moment) {
                    return "listed as " + entry;
                }
                if (entry.moment() == null) {
                    general = entry;
                }
            }
        }
        return general != null
                ? "listed as " + general
                : "not listed: after those that are, ranking " + source.ranking() + ", service " + source.serviceId();
    }
}
