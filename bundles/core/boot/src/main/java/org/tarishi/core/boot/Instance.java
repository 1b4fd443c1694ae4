package org.tarishi.core.boot;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.hooks.weaving.WeavingHook;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.startlevel.FrameworkStartLevel;
import org.osgi.util.tracker.ServiceTracker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One running instance: what {@code tarishi run} is from its lock to its last log line. */
final class Instance implements ControlServer.Commands {

    private static final Logger log = LoggerFactory.getLogger(Instance.class);

    private static final Duration PATIENCE_WITH_CLIENT = Duration.ofSeconds(10);
    private static final Duration START_WAIT = Duration.ofSeconds(60);
    private static final Duration SLOW_START = Duration.ofSeconds(30);

    /** How long the greeting waits for what comes when mail is served already. */
    private static final Duration COMPLETE_WAIT = Duration.ofSeconds(10);

    /** How long what comes afterwards waits for mail to be served. */
    private static final Duration AFTERWARDS = Duration.ofSeconds(1);

    private final Folders folders;
    private final String version;
    private final Options options;
    private final Features features;
    private final OwnPid<BootSettings> settings;
    private final OwnPid<LogSettings> logging;
    private final CountDownLatch greeted = new CountDownLatch(1);
    private volatile Readiness readiness;
    private final Terminal terminal;
    private final ListeningSockets sockets = new ListeningSockets();
    private final Map<String, String> properties;
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final AtomicBoolean restartAsked = new AtomicBoolean();

    /** Whether mail was found to be served, or was waited for long enough. */
    private volatile boolean isServing;

    private volatile @Nullable Framework framework;
    private volatile @Nullable ServiceTracker<Object, Object> commands;
    private @Nullable LogWatch logWatch;

    private Instance(Folders folders, String version, Options options, Features features) {
        this.folders = folders;
        this.version = version;
        this.options = options;
        this.features = features;
        this.settings = OwnPid.read(folders, BootSettings.PID, BootSettings::from, changed -> climb());
        this.logging = OwnPid.read(folders, LogSettings.PID, LogSettings::from, Logging::levels);
        this.readiness = new Readiness(features.ready(), this::afterwards);
        this.terminal = new Terminal(options.welcome() || options.detached());
        this.properties = properties();
    }

    /** Runs an instance to its end, and returns the exit code. */
    static int run(Folders folders, String version, Options options) throws Refusal {
        var hangUp = HangUp.hear();
        folders.make();
        // Held until the process is gone: whoever finds it free may be sure that nothing of this one is still at work.
        var _ = InstanceLock.take(folders.run(), folders.base());
        folders.fillDefaults();
        for (var setting : options.settings()) {
            setting.write(folders.conf());
        }
        Features features;
        try {
            features = Features.read(folders.home().resolve("features"));
        } catch (IOException e) {
            throw new Refusal(Refusal.FILES, "cannot read the features: " + Folders.reason(e));
        }
        var instance = new Instance(folders, version, options, features);
        hangUp.whenHeard(instance::hungUp);
        return instance.run();
    }

    private int run() throws Refusal {
        logWatch = Logging.open(logging.current(), folders.logs(), !options.detached());
        Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> log.error("thread {} ended", thread, thrown));
        log.info(
                "starting: Tarishi {}, Java {}, process {}, base {}",
                version,
                Runtime.version(),
                ProcessHandle.current().pid(),
                folders.base());
        options.settings().forEach(setting -> log.info("set {}:{}", setting.pid(), setting.key()));
        try (var control = ControlServer.open(folders.run(), this, PATIENCE_WITH_CLIENT)) {
            var hook = new Thread(() -> stopAndHalt(control), "stop");
            Runtime.getRuntime().addShutdownHook(hook);
            return runFramework();
        } catch (IOException e) {
            throw refused("cannot serve the control socket: " + e.getMessage());
        }
    }

    private int runFramework() throws Refusal {
        while (true) {
            restartAsked.set(false);
            isServing = false;
            var now = new Readiness(features.ready(), this::afterwards);
            readiness = now;
            HttpPort httpPort = null;
            var announcer = Thread.ofVirtual().name("ready").start(() -> announce(now));
            try {
                var made = initialised();
                framework = made;
                var system = made.getBundleContext();
                httpPort = HttpPort.watch(
                        system,
                        settings.current().httpHost(),
                        settings.current().httpPort());
                GoneBundles.forgetUsages(made);
                GoneBundles.forgetTexts(system);
                GoneBundles.forgetContexts(system);
                offer(system);
                OsgiLog.bridge(system);
                if (logWatch != null) {
                    logWatch.track(system);
                }
                now.watch(system);
                new Installer(system, Repository.open(folders.home().resolve("repository")), folders.cache())
                        .reconcile(features);
                made.start();
                complain();
                now.frameworkStarted();
                // What comes afterwards takes processor time from those who are about to serve mail. Where they don't,
                // it is what shows the operator why.
                now.awaitReady(AFTERWARDS);
                isServing = true;
                climb();
                made.waitForStop(0);
            } catch (BundleException | IOException e) {
                complain();
                log.error("the framework cannot start", e);
                throw refused("the framework cannot start: " + e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Refusal.SOFTWARE;
            } finally {
                announcer.interrupt();
                if (httpPort != null) {
                    httpPort.close();
                }
            }
            if (!restartAsked.get() || stopping.get()) {
                if (stopping.compareAndSet(false, true)) {
                    log.info("stopped from inside");
                }
                return 0;
            }
        }
    }

    /** Goes to the start level that the settings want: up to the console's, or down from it. Before mail is served, nowhere. */
    private synchronized void climb() {
        var running = framework;
        if (isServing && running != null) {
            running.adapt(FrameworkStartLevel.class)
                    .setStartLevel(settings.current().httpEnabled() ? Platform.TOP_LEVEL : Platform.WITHOUT_HTTP_LEVEL);
        }
    }

    /** Returns the names of those who come when mail is served: all of them belong to the console. */
    private List<String> afterwards() {
        return settings.current().httpEnabled() ? features.afterwards() : List.of();
    }

    /** Tells what is wrong with our own files, where nobody inside has taken them over, who would have told it. */
    private void complain() {
        for (var complaint : new String[] {settings.complaint(), logging.complaint()}) {
            if (complaint != null) {
                log.error("{}", complaint);
            }
        }
    }

    /** Stops the framework, for the loop above to make it anew; on a thread of its own, since one of its bundles asks. */
    private void restart() {
        if (restartAsked.compareAndSet(false, true)) {
            log.info("restarting the framework");
            Thread.ofPlatform().name("restart").start(() -> {
                try {
                    var running = framework;
                    if (running != null) {
                        running.stop();
                    }
                } catch (BundleException e) {
                    log.error("restarting failed", e);
                }
            });
        }
    }

    private Refusal refused(String sentence) {
        stopping.set(true);
        return new Refusal(
                Refusal.SOFTWARE, sentence + "; see " + folders.logs().resolve("tarishi.log"));
    }

    /** Returns a framework on the stored bundles; where the store is damaged, on an empty one that fills itself again. */
    private Framework initialised() throws BundleException {
        try {
            Seed.plant(seed(), folders);
        } catch (IOException e) {
            log.warn("the first start takes longer, what was prepared for it can't be had: {}", Folders.reason(e));
        }
        try {
            var made = Platform.framework(properties, this::restart);
            made.init();
            return made;
        } catch (BundleException | RuntimeException e) {
            log.error("the bundle store {} is damaged and is built anew", folders.cache(), e);
            var clean = new HashMap<>(properties);
            clean.put("org.osgi.framework.storage.clean", "onFirstInit");
            var made = Platform.framework(clean, this::restart);
            made.init();
            return made;
        }
    }

    private static @Nullable Path seed() {
        var named = System.getProperty("tarishi.seed");
        return named == null ? null : Path.of(named);
    }

    private Map<String, String> properties() {
        var all = new HashMap<>(features.properties());
        all.put("tarishi.home", folders.home().toString());
        all.put("tarishi.base", folders.base().toString());
        all.put("tarishi.conf", folders.conf().toString());
        all.put("tarishi.data", folders.data().toString());
        all.put("tarishi.deploy", folders.deploy().toString());
        all.put("tarishi.logs", folders.logs().toString());
        all.put("tarishi.version", version);
        all.put("tarishi.ready", String.join(",", features.ready()));
        all.put("org.osgi.framework.storage", folders.cache().toString());
        all.put("felix.cm.dir", folders.config().toString());
        all.put("org.apache.felix.http.host", settings.current().httpHost());
        all.put(
                "org.osgi.service.http.port",
                Integer.toString(settings.current().httpPort()));
        return all;
    }

    private void offer(BundleContext system) {
        system.registerService(Function.class, sockets, named("listen"));
        system.registerService(Consumer.class, terminal, named("tell"));
        // Before any bundle starts: no class of a plugin is loaded without it.
        system.registerService(WeavingHook.class, new ExitGuard(), null);
        Map.of(BootSettings.PID, settings, LogSettings.PID, logging).forEach((pid, own) -> {
            var names =
                    FrameworkUtil.asDictionary(Map.<String, Object>of("tarishi.boot", "settings", "tarishi.pid", pid));
            system.registerService(Consumer.class, own, names);
        });
        try {
            var tracker = new ServiceTracker<Object, Object>(
                    system,
                    system.createFilter("(&(objectClass=java.util.function.BiFunction)(tarishi.command=*))"),
                    null);
            tracker.open(true);
            commands = tracker;
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Runs what bundles want done at a hang-up. */
    private void hungUp() {
        var running = framework;
        var system = running == null ? null : running.getBundleContext();
        if (system == null) {
            return;
        }
        try {
            var references = system.getAllServiceReferences(Runnable.class.getName(), "(tarishi.signal=HUP)");
            log.info("SIGHUP: {} bundles hear of it", references == null ? 0 : references.length);
            for (var reference : references == null ? new ServiceReference<?>[0] : references) {
                if (system.getService(reference) instanceof Runnable deed) {
                    try {
                        deed.run();
                    } finally {
                        system.ungetService(reference);
                    }
                }
            }
        } catch (InvalidSyntaxException | IllegalStateException e) {
            log.error("SIGHUP", e);
        }
    }

    private static Dictionary<String, Object> named(String name) {
        return FrameworkUtil.asDictionary(Map.of("tarishi.boot", name));
    }

    /** Returns how long the JVM runs; its own word, since the system tells a process's start to the second only. */
    private static Duration age() {
        return Duration.ofMillis(ManagementFactory.getRuntimeMXBean().getUptime());
    }

    /** Waits until the instance is ready, and says so: once in the log, and on the terminal. */
    private void announce(Readiness watched) {
        try {
            var warned = false;
            var began = System.nanoTime();
            // Before that, the answer is known, and asking takes processor time from those who work at it.
            watched.awaitStart(SLOW_START);
            while (true) {
                var report = watched.report();
                if (report.ready()) {
                    var lines = Welcome.lines(report.lines());
                    log.info(
                            "ready{}{} ({} ms since the JVM's start)",
                            lines.isEmpty() ? "" : ": ",
                            String.join(", ", lines),
                            age().toMillis());
                    watched.readyTold();
                    greetOnce(watched);
                    return;
                }
                if (!warned && System.nanoTime() - began > SLOW_START.toNanos()) {
                    warned = true;
                    log.warn("not ready yet: {}", String.join(", ", Welcome.lines(report.lines())));
                }
                Thread.sleep(warned ? 500 : 5);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Greets the operator at the first start, and lets those go on who wait for it. */
    private void greetOnce(Readiness watched) throws InterruptedException {
        if (greeted.getCount() == 0) {
            return;
        }
        var began = System.nanoTime();
        var report = watched.report();
        while (!report.complete() && System.nanoTime() - began < COMPLETE_WAIT.toNanos()) {
            Thread.sleep(20);
            report = watched.report();
        }
        if (options.welcome()) {
            greet(report);
        }
        greeted.countDown();
    }

    // The terminal is where this text belongs: it holds what must not be logged.
    private void greet(Readiness.Report report) {
        String template;
        try {
            template = Files.readString(folders.home().resolve("lib").resolve("welcome.txt"));
        } catch (IOException e) {
            log.warn("no welcome text: {}", Folders.reason(e));
            template = "${status}\n${tell}\n";
        }
        Logging.flush();
        var told = terminal.show(line -> Main.print("  " + line + "\n"));
        Main.print(Welcome.text(template, properties, report.lines(), told));
    }

    @Override
    public int run(String folder, String name, List<String> arguments, Appendable out) throws IOException {
        try {
            return switch (name) {
                case "status" -> status(out);
                case "await" -> await(out);
                case "stop" -> stop(out);
                case "help" -> help(out);
                default -> served(folder, name, arguments, out);
            };
        } finally {
            // Who looks into the log then finds there what the command has done.
            Logging.flush();
        }
    }

    private int status(Appendable out) throws IOException {
        var report = readiness.report();
        out.append(stopping.get() ? "stopping" : report.ready() ? "ready" : "not ready")
                .append(": process " + ProcessHandle.current().pid())
                .append(", up " + age().toSeconds() + " s")
                .append(", base " + folders.base() + "\n");
        for (var line : Welcome.lines(report.lines())) {
            out.append("  ").append(line).append('\n');
        }
        return report.ready() && !stopping.get() ? 0 : Refusal.NOT_READY;
    }

    private int await(Appendable out) throws IOException {
        try {
            var _ = greeted.await(START_WAIT.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        var code = status(out);
        for (var line : terminal.take()) {
            out.append("  ").append(line).append('\n');
        }
        return code;
    }

    private int stop(Appendable out) throws IOException {
        out.append("stopping process " + ProcessHandle.current().pid() + "\n");
        Thread.ofPlatform().name("stop asked for").start(() -> System.exit(0));
        return 0;
    }

    private int help(Appendable out) throws IOException {
        var known = new TreeMap<String, String>();
        for (var reference : references()) {
            var help = reference.getProperty("tarishi.command.help");
            known.put(
                    String.valueOf(reference.getProperty("tarishi.command")), help == null ? "" : String.valueOf(help));
        }
        out.append(Options.USAGE).append('\n');
        for (var command : known.entrySet()) {
            out.append(String.format("  %-12s %s%n", command.getKey(), command.getValue()));
        }
        return 0;
    }

    private int served(String folder, String name, List<String> arguments, Appendable out) throws IOException {
        for (var reference : references()) {
            if (!name.equals(reference.getProperty("tarishi.command"))) {
                continue;
            }
            var tracker = commands;
            if (tracker != null && tracker.getService(reference) instanceof BiFunction<?, ?, ?> command) {
                var all = new java.util.ArrayList<String>();
                all.add(folder);
                all.addAll(arguments);
                // The contract of tarishi.command names these types; a service cannot carry them.
                @SuppressWarnings("unchecked")
                var typed = (BiFunction<List<String>, Appendable, Integer>) command;
                var code = typed.apply(all, out);
                return code == null ? Refusal.SOFTWARE : code;
            }
        }
        out.append("no such command: " + Escaping.escape(name) + "\n");
        help(out);
        return Refusal.USAGE;
    }

    /** Returns the command services, the highest ranked first. */
    private List<ServiceReference<Object>> references() {
        var tracker = commands;
        var found = tracker == null ? null : tracker.getServiceReferences();
        if (found == null) {
            return List.of();
        }
        return java.util.Arrays.stream(found)
                .sorted(java.util.Comparator.reverseOrder())
                .toList();
    }

    /**
     * Ends the process in order; runs as the JVM's shutdown hook, for SIGTERM, Ctrl-C and the stop command alike.
     *
     * <p>Halting from here makes the exit code tell how it went: 0 when all has stopped in time.
     */
    private void stopAndHalt(ControlServer control) {
        if (!stopping.compareAndSet(false, true)) {
            Logging.close();
            return;
        }
        var timeout = settings.current().stopTimeout();
        var began = System.nanoTime();
        log.info("stopping, within {} s", timeout.toSeconds());
        var code = Refusal.NOT_RUNNING;
        try {
            var running = framework;
            var stopped = true;
            if (running != null) {
                running.stop();
                stopped = running.waitForStop(timeout.toMillis()).getType() != FrameworkEvent.WAIT_TIMEDOUT;
            }
            var millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
            if (stopped) {
                code = 0;
                log.info("stopped after {} ms", millis);
            } else {
                log.error(
                        "not stopped within {} s (stop.timeout of {}): leaving", timeout.toSeconds(), BootSettings.PID);
            }
        } catch (BundleException | InterruptedException | RuntimeException e) {
            log.error("stopping failed", e);
        } finally {
            control.close();
            Logging.close();
            Runtime.getRuntime().halt(code);
        }
    }
}
