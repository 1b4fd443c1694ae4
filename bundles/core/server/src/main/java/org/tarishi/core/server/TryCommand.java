package org.tarishi.core.server;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.tarishi.api.ListenerMode;
import org.tarishi.api.Text;

/** The command {@code try}: plays one session through the live chains and tells what each plugin says. */
@Component(
        service = BiFunction.class,
        property = {
            "tarishi.command=try",
            "tarishi.command.help=try --to ADDRESS [OPTION]...: plays one session without a network, and tells what each plugin"
                    + " says; try --help tells the options"
        })
public final class TryCommand implements BiFunction<List<String>, Appendable, Integer> {

    private static final int DONE = 0;
    private static final int REFUSED = 1;
    private static final int BAD_USAGE = 2;

    private static final String USAGE = """
            usage: try --to ADDRESS [OPTION]...
              --to ADDRESS      a recipient; may be there several times
              --from ADDRESS    the sender; '' is the null sender (default: sender@example.org)
                                an address in brackets may have parameters behind it: '<a@b.example> SIZE=1000'
              --client IP       the client's address, and maybe a port: 192.0.2.1:1234 (default: 127.0.0.1)
              --rdns NAME       the client's name; '' is none (default: it is looked up)
              --helo NAME       what the client says of itself (default: its name, or its address in brackets)
              --listener NAME   the listener that the client comes to (default: smtp, else the first)
              --lmtp            the client speaks LMTP, whatever the listener is for
              --relay           the client may relay
              --tls             through TLS, as if the client had begun with it
              --message FILE    the message; - reads standard input (default: a short one)
              --queue           the message may be taken: without it, nobody is asked to, and nothing is kept
            """;

    /** The command line is wrong. */
    private static final class UsageException extends Exception {
        private static final long serialVersionUID = 1L;

        UsageException(String message) {
            super(message);
        }
    }

    /** The options as they are written. */
    private static final class Options {
        private final List<String> to = new ArrayList<>();
        private String from = "sender@example.org";
        private InetSocketAddress client = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        private @Nullable String rdns;
        private @Nullable String helo;
        private @Nullable String listener;
        private @Nullable Path message;
        private boolean isLmtp;
        private boolean isRelaying;
        private boolean isSecured;
        private boolean queues;
    }

    private final Server server;

    /** For the component runtime. */
    @Activate
    public TryCommand(@Reference Server server) {
        this.server = server;
    }

    @Override
    public Integer apply(List<String> arguments, Appendable out) {
        try {
            return run(arguments, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int run(List<String> arguments, Appendable out) throws IOException {
        if (arguments.size() == 2 && arguments.get(1).equals("--help")) {
            out.append(USAGE);
            return DONE;
        }
        Options options;
        InputStream message;
        try {
            options = read(Path.of(arguments.getFirst()), arguments.subList(1, arguments.size()));
            message = options.message == null ? sample(options) : open(options.message);
        } catch (UsageException e) {
            out.append("try: ")
                    .append(Text.escaped(String.valueOf(e.getMessage())))
                    .append('\n')
                    .append(USAGE);
            return BAD_USAGE;
        }
        try (message) {
            return play(options, message, out);
        } catch (UsageException e) {
            out.append("try: ")
                    .append(Text.escaped(String.valueOf(e.getMessage())))
                    .append('\n');
            return BAD_USAGE;
        }
    }

    private int play(Options options, InputStream message, Appendable out) throws IOException, UsageException {
        var listener = listener(options.listener);
        var name = listener == null ? "smtp" : listener.name();
        var bound = Route.ip(listener == null ? null : listener.bound());
        var local = bound.getAddress().isAnyLocalAddress()
                ? new InetSocketAddress(InetAddress.getLoopbackAddress(), bound.getPort())
                : bound;
        var settings = listener == null ? server.settings() : listener.over(server.settings());
        var mode = options.isLmtp ? ListenerMode.LMTP : listener == null ? ListenerMode.SMTP : listener.mode();
        var client = new Trial.Client(
                options.client,
                options.rdns,
                hello(options),
                path(options.from),
                options.to.stream().map(TryCommand::path).toList(),
                options.isRelaying,
                options.isSecured
                        || (listener != null && listener.settings().tls().mode() == TlsMode.IMPLICIT),
                options.queues);
        return new Trial(server, settings, name, mode, local, client, out).play(message) ? DONE : REFUSED;
    }

    private @Nullable Listener listener(@Nullable String name) throws UsageException {
        var names = new ArrayList<String>();
        Listener first = null;
        for (var one : server.listeners()) {
            if (one.name().equals(name == null ? "smtp" : name)) {
                return one;
            }
            first = first == null ? one : first;
            names.add(one.name());
        }
        if (name != null) {
            throw new UsageException("there is no listener " + name + "; there are: " + String.join(", ", names));
        }
        return first;
    }

    private static String hello(Options options) {
        if (options.helo != null) {
            return options.helo;
        }
        return options.rdns != null && !options.rdns.isEmpty()
                ? options.rdns
                : TraceFields.literal(options.client.getAddress());
    }

    private static String path(String address) {
        return address.startsWith("<") ? address : "<" + address + ">";
    }

    private Options read(Path folder, List<String> words) throws UsageException {
        var options = new Options();
        for (var all = words.iterator(); all.hasNext(); ) {
            var word = all.next();
            switch (word) {
                case "--to" -> options.to.add(value(word, all));
                case "--from" -> options.from = value(word, all);
                case "--client" -> options.client = address(value(word, all));
                case "--rdns" -> options.rdns = value(word, all);
                case "--helo" -> options.helo = value(word, all);
                case "--listener" -> options.listener = value(word, all);
                case "--message" -> options.message = file(folder, value(word, all));
                case "--lmtp" -> options.isLmtp = true;
                case "--relay" -> options.isRelaying = true;
                case "--tls" -> options.isSecured = true;
                case "--queue" -> options.queues = true;
                default -> throw new UsageException("unknown: " + word);
            }
        }
        if (options.to.isEmpty()) {
            throw new UsageException("--to is missing");
        }
        return options;
    }

    /** What would be more than one line is not sent: a command is one. */
    private static String value(String option, Iterator<String> words) throws UsageException {
        if (!words.hasNext()) {
            throw new UsageException(option + " wants something behind it");
        }
        var value = words.next();
        if (value.chars().anyMatch(c -> c < 0x20 || c == 0x7f)) {
            throw new UsageException(option + " has a control character: " + value);
        }
        return value;
    }

    private static InetSocketAddress address(String text) throws UsageException {
        int colon = text.lastIndexOf(':');
        boolean hasPort = colon >= 0 && (text.indexOf(':') == colon || text.charAt(Math.max(0, colon - 1)) == ']');
        var host = hasPort ? text.substring(0, colon) : text;
        try {
            return new InetSocketAddress(
                    InetAddress.ofLiteral(
                            host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host),
                    hasPort ? Integer.parseInt(text.substring(colon + 1)) : 0);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--client wants an address, such as 192.0.2.1, [2001:db8::1]:25: " + text);
        }
    }

    private static Path file(Path folder, String name) throws UsageException {
        try {
            return folder.resolve(name).toAbsolutePath();
        } catch (InvalidPathException e) {
            throw new UsageException("--message wants a file: " + name);
        }
    }

    private static InputStream open(Path file) throws UsageException {
        try {
            if (!Files.isDirectory(file)) {
                return new BufferedInputStream(Files.newInputStream(file));
            }
        } catch (IOException e) {
            throw new UsageException("--message can't be read: " + e);
        }
        throw new UsageException("--message can't be read: " + file + " is a folder");
    }

    private InputStream sample(Options options) {
        var text = """
                From: %s
                To: %s
                Subject: tried out
                Date: %s
                Message-ID: <%s@%s>

                This message was made to be tried out.
                """.formatted(
                shown(options.from),
                String.join(", ", options.to.stream().map(TryCommand::shown).toList()),
                DateTimeFormatter.RFC_1123_DATE_TIME.format(server.now()),
                server.nextId(),
                server.settings().hostname());
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The address for a header field: without parameters. */
    private static String shown(String address) {
        var path = path(address);
        int end = path.indexOf('>');
        return end < 0 ? path : path.substring(0, end + 1);
    }
}
