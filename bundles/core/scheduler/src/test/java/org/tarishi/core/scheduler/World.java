package org.tarishi.core.scheduler;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.NotifyOn;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.ReversePath;
import org.tarishi.api.outbound.MxResult;
import org.tarishi.api.outbound.OutboundMail;
import org.tarishi.api.outbound.Route;
import org.tarishi.core.queue.TestMessage;
import org.tarishi.core.spi.DeliveryAgent;
import org.tarishi.core.spi.DsnComposer;
import org.tarishi.core.spi.FailureClasses;
import org.tarishi.core.spi.LiveMessage;
import org.tarishi.core.spi.OutboundQueue.Submitted;
import org.tarishi.core.spi.QueueStore;
import org.tarishi.core.spi.QueuedMail;

/** A whole scheduler without threads, with a clock, next hops and plugins that the test owns. */
final class World implements Parts {

    static final Route HOP = Route.to("mx.example", 25);

    /** What goes wrong when the test wants it: the server is gone. */
    static final class Crash extends Error {
        @java.io.Serial
        private static final long serialVersionUID = 1L;
    }

    /** A clock that can be set. */
    static final class Time extends Clock {
        private Instant wall = Instant.parse("2026-11-28T12:00:00Z");
        private long nanos = 1_000_000_000_000L;

        void advance(Duration time) {
            wall = wall.plus(time);
            nanos += time.toNanos();
        }

        /** Sets it, while as much time goes by as ever. */
        void set(Duration change) {
            wall = wall.plus(change);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return wall;
        }
    }

    /** A notification as it was composed. */
    record Notice(String mail, List<DsnComposer.Report> reports) {}

    final Time time;
    final FakePlugins plugins = new FakePlugins();
    final FakeMessages messages = new FakeMessages();
    final List<String> attempts = new ArrayList<>();
    final List<Notice> notices;
    final List<Duration> pauses = new ArrayList<>();
    final Dispatcher dispatcher;
    final Submissions submissions;
    final ProgramMail programMail;
    final Pauses paused;
    final Control control;
    final Loader loader;
    final EventFile file;
    private final Courier courier;
    private final QueueStore store;
    Settings settings;

    @Nullable DsnComposer composer;

    Clerk.Pause pause = pauses::add;

    /** What becomes of each recipient: by mail and recipient, the reply. */
    BiFunction<OutboundMail, Recipient, Reply> next = (mail, recipient) -> Reply.of(250, "taken");

    Reach reach = new Reach();

    Route hop = HOP;

    /** What is said of the next hop. */
    static final class Reach {
        DeliveryAgent.Reach value = DeliveryAgent.Reach.ANSWERED;
        boolean isLmtp;
        boolean notifies;
    }

    World(QueueStore store, Time time, Path folder, List<Notice> notices, Object... pairs) {
        this.store = store;
        this.time = time;
        this.notices = notices;
        this.settings = Sets.of(pairs);
        composer = (mail, reports) -> composed(mail, reports);
        dispatcher = new Dispatcher(settings.policy(), () -> time.nanos);
        // Who does not ask for events at first wants none later: nobody would wait for their writer before the folder
        // goes.
        var eventsName = settings.events();
        file = new EventFile(
                folder, () -> new EventFile.Where(eventsName, settings.eventBytes(), settings.eventFiles()));
        var events = new Events(file, time, () -> null);
        submissions = new Submissions(store, dispatcher, events, time, () -> settings, "host.example");
        programMail = new ProgramMail(this, submissions);
        var random = new Random(5);
        var clerk = new Clerk(
                store,
                new Notices(this, store, programMail, () -> settings),
                events,
                time,
                random,
                () -> settings,
                wait -> pause.sleep(wait));
        paused = new Pauses(folder.resolve("pauses"), dispatcher);
        courier = new Courier(this, store, dispatcher, paused, clerk, events);
        control = new Control(store, dispatcher, paused, events, time);
        loader = new Loader(store, dispatcher, time, random, () -> settings);
    }

    void configure(Object... pairs) {
        settings = Sets.of(pairs);
        dispatcher.configure(settings.policy());
    }

    private Optional<DsnComposer.Notification> composed(DsnComposer.Mail mail, List<DsnComposer.Report> reports)
            throws IOException {
        try (var in = mail.content().open()) {
            in.readAllBytes();
        }
        var told = reports.stream()
                .filter(report -> !report.recipient()
                        .notifyOn()
                        .map(on -> on.contains(NotifyOn.NEVER))
                        .orElse(false))
                .toList();
        if (told.isEmpty()) {
            return Optional.empty();
        }
        notices.add(new Notice(mail.id(), told));
        return Optional.of(new DsnComposer.Notification() {

            private static final String TEXT = "Subject: failure\r\n\r\nsorry\r\n";

            @Override
            public ReversePath sender() {
                return ReversePath.NULL;
            }

            @Override
            public Recipient recipient() {
                return Recipient.of(mail.sender().mailbox().orElseThrow());
            }

            @Override
            public List<DsnComposer.Report> reports() {
                return told;
            }

            @Override
            public String messageId() {
                return "x@host.example";
            }

            @Override
            public long size() {
                return TEXT.length();
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(TEXT.getBytes(StandardCharsets.US_ASCII));
            }
        });
    }

    // ---- what a test does ----

    /** Queues a mail and returns what was said. */
    Submitted submit(String id, String from, String... to) {
        return submit(
                id,
                ReversePath.parse(from),
                java.util.Arrays.stream(to).map(Recipient::parse).toList());
    }

    Submitted submit(String id, ReversePath from, List<Recipient> to) {
        var told = new ArrayList<Submitted>();
        submissions.submit(
                new ProgramMail.Program(
                        id, from, to, TestMessage.of("Subject: hi\r\n\r\nbody\r\n"), new MemoryNotes(Map.of()), "test"),
                new Submissions.Particulars(Map.of(), false, false),
                plugins,
                Runnable::run,
                told::add);
        return told.getFirst();
    }

    /** Makes all attempts that may be made now. */
    int run() {
        int count = 0;
        for (var start = dispatcher.next(); start != null; start = dispatcher.next()) {
            courier.run(start);
            if (++count > 10_000) {
                throw new AssertionError("goes on for ever");
            }
        }
        return count;
    }

    int runAfter(String duration) {
        time.advance(Duration.parse(duration));
        return run();
    }

    Optional<QueuedMail> mail(String id) {
        try {
            var number = store.find(id);
            return number.isEmpty() ? Optional.empty() : store.read(number.get());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    // ---- parts ----

    @Override
    public FakePlugins hooks() {
        return plugins;
    }

    @Override
    public FakeMessages messages() {
        return messages;
    }

    @Override
    public DeliveryAgent agent() {
        return new DeliveryAgent() {

            @Override
            public MxResult route(OutboundMail mail) {
                return MxResult.routes(List.of(reach.isLmtp ? hop.withLmtp() : hop));
            }

            @Override
            public Attempt attempt(OutboundMail mail, LiveMessage message, List<Route> routes) {
                attempts.add(mail.id() + " " + mail.recipients());
                return new Attempt(
                        mail.recipients().stream()
                                .map(recipient -> new Result(next.apply(mail, recipient)))
                                .toList(),
                        reach.value,
                        new Hop(routes.getFirst(), "mx.example", null, false, false, reach.notifies, "none"),
                        Duration.ofMillis(5));
            }
        };
    }

    @Override
    public @Nullable DsnComposer composer() {
        return composer;
    }

    @Override
    public @Nullable FailureClasses classes() {
        return null;
    }
}
