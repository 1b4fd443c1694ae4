package org.tarishi.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.tarishi.itests.harness.Ports;

/** One instance of the assembled distribution: a folder of its own, ports of its own, a process that is started, killed, stopped. */
final class Instance implements AutoCloseable {

    static final String BOOT = "org.tarishi.core.boot";
    static final String LISTENER = "org.tarishi.core.server.listener~smtp";
    static final String SUBMISSION = "org.tarishi.core.server.listener~submission";
    static final String HOST_LIST = "org.tarishi.plugin.in-host-list";
    static final String MAILDIR = "org.tarishi.plugin.maildir";
    static final String FORWARD = "org.tarishi.plugin.smtp-forward";
    static final String LMTP = "org.tarishi.plugin.lmtp";
    static final String USERS = "org.tarishi.plugin.auth-flat-file";
    static final String RELAY = "org.tarishi.plugin.relay";
    static final String CHAIN = "org.tarishi.chain";

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern PASSWORD = Pattern.compile("user (\\S+), password (\\S+)");

    /** What a heap, or each of its generations, says of itself; metaspace says it behind a blank more. */
    private static final Pattern USED =
            Pattern.compile("(?m)^ ?(?:garbage-first heap|DefNew|Tenured) .*? used (\\d+)K");

    private static final String JAVA_OPTS = "TARISHI_JAVA_OPTS";

    /** Most live too briefly for their code to be worth optimising, which takes a third of their time. */
    private static final String HARDLY_COMPILED = "-XX:TieredStopAtLevel=1";

    private static final Pattern METASPACE = Pattern.compile("(?m)^ *Metaspace +used (\\d+)K");

    private final Path base;
    private final int smtpPort = Ports.free();
    private final int submissionPort = Ports.free();
    private final int httpPort = Ports.free();
    private final Map<String, String> settings = new LinkedHashMap<>();
    private final Map<String, String> environment = new LinkedHashMap<>();
    private final List<String> prefix = new ArrayList<>();
    private @Nullable Process process;
    private int starts;

    static {
        // As distribution/run does: each of the many starts then takes half the processor time.
        try {
            var learned = Commands.run(
                    Map.of("TARISHI_JAVA_HOME", Objects.requireNonNull(System.getProperty("java.home"))),
                    List.of(Setup.distribution().resolve("bin/tarishi").toString(), "aot"));
            assertThat(learned.code()).as(learned.out()).isZero();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private Instance(Path base) {
        this.base = base;
        // Most have no use for it, and it takes a third of the processor time of a start.
        set(BOOT, "http.enabled", "false");
        set(LISTENER, "port", Integer.toString(smtpPort));
        set(SUBMISSION, "port", Integer.toString(submissionPort));
        // Files are looked at more often than shipped, so that tests don't wait.
        set("org.tarishi.core.config", "poll", "PT0.1S");
        set("org.tarishi.core.deploy", "lookInterval", "50");
        // Where the machine does other things too, an event loop is late without being short of anything.
        set("org.tarishi.core.server", "maxLag", "PT0S");
        // Nobody answers there: a test asks no name server outside of it.
        set("org.tarishi.core.dns", "servers", "[ \"127.0.0.1:" + Ports.free() + "\" ]");
        environment.put("TARISHI_JAVA_HOME", Objects.requireNonNull(System.getProperty("java.home")));
        java(HARDLY_COMPILED);
    }

    /** An instance in a folder that is made at its first start. */
    static Instance in(Path base) {
        return new Instance(base);
    }

    /** One with a web console, at a port of its own. */
    Instance withConsole() {
        return set(BOOT, "http.enabled", "true").set(BOOT, "http.port", Integer.toString(httpPort));
    }

    /** Sets a key from the next start on. */
    Instance set(String pid, String key, String value) {
        settings.put(pid + ":" + key, value);
        return this;
    }

    /** Takes back what {@link #set} said, so that the next start leaves the file as it is. */
    Instance forgetSettings() {
        settings.clear();
        return this;
    }

    /** For one that has much to compute. */
    Instance optimised() {
        return java("");
    }

    /** One whose JVM asks this file for hosts, instead of the system. */
    Instance knowingHosts(Path file) {
        return java(HARDLY_COMPILED + " -Djdk.net.hosts.file=" + file);
    }

    /** Optimised, and without what the JVM itself keeps while there is room, such as method handles: for who looks for what is held. */
    Instance withoutSoftReferences() {
        return java("-XX:SoftRefLRUPolicyMSPerMB=0");
    }

    /**
     * The same, and its JVM makes its profiles of methods twenty times as early. They lie in the metaspace, a megabyte or two in the end,
     * and who measures that wants to have them before.
     */
    Instance withoutSoftReferencesAndProfiledEarly() {
        return java("-XX:SoftRefLRUPolicyMSPerMB=0 -XX:Tier3InvocationThreshold=50 -XX:Tier3MinInvocationThreshold=25"
                + " -XX:Tier3CompileThreshold=500 -XX:Tier3BackEdgeThreshold=15000");
    }

    /** Takes these options for its JVM instead of all that were set; and whoever loses a buffer says so. */
    Instance java(String options) {
        return environment(JAVA_OPTS, "-Dio.netty.leakDetection.level=simple " + options);
    }

    /** Sets a variable of the process' environment. */
    Instance environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /**
     * Gives the process a disk of this size at a folder that is there, which goes when the process goes.
     *
     * <p>That takes a mount namespace: root's, or one that the kernel gives to any user. Where it gives none, the start fails.
     */
    Instance onSmallDisk(Path folder, String size) {
        prefix.addAll(List.of(
                Setup.program("unshare", "util-linux").toString(),
                "root".equals(System.getProperty("user.name")) ? "-m" : "-rm",
                "sh",
                "-c",
                "mount -t tmpfs -o size=$1,mode=0700 tmpfs \"$2\" && shift 2 && exec \"$@\"",
                "sh",
                size,
                folder.toString()));
        return this;
    }

    /** Starts, and waits until it is ready and has greeted: the console, if it has one, is there too. */
    Instance start() throws IOException {
        launch();
        untilReady();
        untilGreeted();
        return this;
    }

    /** Starts, and waits for nothing. */
    Instance launch() throws IOException {
        var line = new ArrayList<>(prefix);
        line.addAll(List.of(
                Setup.distribution().resolve("bin/tarishi").toString(), "run", "--welcome", "--base", base.toString()));
        settings.forEach((key, value) -> {
            line.add("--set");
            line.add(key + "=" + value);
        });
        Files.createDirectories(base.toAbsolutePath().getParent());
        var builder = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(output(++starts).toFile());
        builder.environment().putAll(environment);
        process = builder.start();
        return this;
    }

    /** Waits until it has greeted: with the console's password when the console is there, or after 10 s without. */
    void untilGreeted() {
        await("greeting").atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(this::hasGreeted);
    }

    private boolean hasGreeted() {
        return readOutput().contains("Ctrl-C stops it");
    }

    /** Waits until the command says that it is ready: it takes mail, the console may come later. */
    void untilReady() {
        await("ready").atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> {
            assertThat(process().isAlive())
                    .as(() -> "the process lives; it said:\n" + readOutput())
                    .isTrue();
            // The log is cheap to look at; the command then has the last word.
            return (hasGreeted() || log().contains(" ready: ")) && isReady();
        });
    }

    private boolean isReady() {
        try {
            return ask("status").code() == 0;
        } catch (IOException e) {
            // The log may tell of an earlier start.
            return false;
        }
    }

    /** Kills it as a power cut would, but for what the kernel holds. */
    void kill() throws InterruptedException {
        process().destroyForcibly().waitFor();
    }

    /** Stops it in order, and tells the exit code. */
    int stop() throws InterruptedException {
        var running = process();
        running.destroy();
        assertThat(running.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as("stopped within " + PATIENCE)
                .isTrue();
        return running.exitValue();
    }

    /** Runs {@code bin/tarishi COMMAND... --base DIR}. */
    Commands.Result cli(String... words) throws IOException, InterruptedException {
        var line = new ArrayList<String>();
        line.add(Setup.distribution().resolve("bin/tarishi").toString());
        line.addAll(List.of(words));
        line.addAll(List.of("--base", base.toString()));
        return Commands.run(environment, line);
    }

    /** Runs the same, with this on its standard input. */
    Commands.Result cliSaying(String input, String... words) throws IOException, InterruptedException {
        var line = new ArrayList<String>();
        line.add(Setup.distribution().resolve("bin/tarishi").toString());
        line.addAll(List.of(words));
        line.addAll(List.of("--base", base.toString()));
        return Commands.run(environment, line, input);
    }

    /** Has the running instance run the same command, at once; see {@link Control}. */
    Commands.Result ask(String... words) throws IOException {
        return Control.run(base, words);
    }

    /** Sets a key of the running instance by its command, which must agree. */
    void configure(String pid, String assignment) throws IOException {
        var result = ask("config", "set", pid, assignment);
        assertThat(result.code())
                .as(pid + " " + assignment + ": " + result.out())
                .isZero();
    }

    /** Drops a jar into the deploy folder, as one should: beside it first, then by a rename. */
    void drop(byte[] jar, String name) throws IOException {
        var beside = Files.write(deploy().resolve("." + name), jar);
        Files.move(beside, deploy().resolve(name));
    }

    boolean isAlive() {
        return process != null && process.isAlive();
    }

    long pid() {
        return process().pid();
    }

    int smtpPort() {
        return smtpPort;
    }

    int submissionPort() {
        return submissionPort;
    }

    int httpPort() {
        return httpPort;
    }

    Path base() {
        return base;
    }

    Path conf(String pid) {
        return base.resolve("conf").resolve(pid + ".cfg");
    }

    Path deploy() {
        return base.resolve("deploy");
    }

    /** The Maildirs of a domain of the default settings. */
    Maildir maildir(String domain, String user) {
        return new Maildir(base.resolve("data/maildir").resolve(domain).resolve(user));
    }

    /** What it has logged since the first start, until now. */
    String log() {
        if (isAlive()) {
            try {
                // Behind a command nothing waits to be written.
                var _ = ask("help");
            } catch (IOException e) {
                // It is not there yet, or about to end: then it says so later, and nobody asks for that here.
            }
        }
        return logFile();
    }

    /** What lies in its log now, without a word to the server: warnings are there at once, other lines a moment later. */
    String logFile() {
        var file = base.resolve("logs/tarishi.log");
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Those lines of the log, behind a place of it, that hold all these texts. */
    List<String> logged(long since, String... texts) {
        return log().substring((int) since)
                .lines()
                .filter(line -> !line.startsWith("\t"))
                .filter(line -> List.of(texts).stream().allMatch(line::contains))
                .toList();
    }

    /** What it has printed since its last start. */
    String readOutput() {
        try {
            return Files.readString(output(starts), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Tells whether the process itself listens at a TCP port: what answers there may be somebody else's. */
    boolean listensAt(int port) throws IOException {
        var own = Path.of("/proc", Long.toString(process().pid()));
        var sockets = new HashSet<String>();
        for (var table : List.of("tcp", "tcp6")) {
            for (var line : Files.readAllLines(own.resolve("net").resolve(table))) {
                var fields = line.strip().split("\\s+", -1);
                if (fields[3].equals("0A") && fields[1].endsWith(":%04X".formatted(port))) {
                    sockets.add("socket:[" + fields[9] + "]");
                }
            }
        }
        try (var files = Files.list(own.resolve("fd"))) {
            for (var file : files.toList()) {
                try {
                    if (sockets.contains(Files.readSymbolicLink(file).toString())) {
                        return true;
                    }
                } catch (NoSuchFileException e) {
                    // Closed since it was listed.
                }
            }
        }
        return false;
    }

    /** The password that the first start told, or tells when the console comes later than the greeting. */
    String password() {
        var output = await("password")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> Files.readString(output(1)), PASSWORD.asPredicate());
        return PASSWORD.matcher(output).results().findFirst().orElseThrow().group(2);
    }

    /** How many versions of a class are loaded, after a collection. */
    long loaded(String className) throws IOException, InterruptedException {
        jcmd("GC.run");
        return jcmd("VM.classes")
                .lines()
                .filter(line -> line.stripTrailing().endsWith(" " + className))
                .count();
    }

    /** The names of all classes that are loaded, after a collection, one loaded by two loaders twice. */
    List<String> loaded() throws IOException, InterruptedException {
        jcmd("GC.run");
        return jcmd("VM.classes")
                .lines()
                .map(line -> line.substring(
                                line.lastIndexOf(' ', line.stripTrailing().length() - 1) + 1)
                        .strip())
                .toList();
    }

    /** Writes down all that is alive, to be looked at with a debugger's tools; a dump of before is replaced. */
    void dump(Path file) throws IOException, InterruptedException {
        Files.deleteIfExists(file);
        jcmd("GC.heap_dump", file.toAbsolutePath().toString());
    }

    /** How many objects of a class are in memory, after a collection. */
    long objects(String className) throws IOException, InterruptedException {
        var found = Pattern.compile("(?m)^ *\\d+: +(\\d+) +\\d+ +" + Pattern.quote(className) + "(?: .*)?$")
                .matcher(jcmd("GC.class_histogram"));
        return found.find() ? Long.parseLong(found.group(1)) : 0;
    }

    /** How many file descriptors it has open. */
    int descriptors() throws IOException {
        try (var files = Files.list(Path.of("/proc", Long.toString(pid()), "fd"))) {
            return (int) files.count();
        }
    }

    /** Lets it have so many file descriptors from now on. */
    void limitDescriptors(int most) throws IOException, InterruptedException {
        var prlimit = Setup.program("prlimit", "util-linux").toString();
        var result = Commands.run(Map.of(), List.of(prlimit, "--pid", Long.toString(pid()), "--nofile=" + most + ":"));
        assertThat(result.code()).as(result.out()).isZero();
    }

    /** The octets of the heap that are in use behind a collection. */
    long heap() throws IOException, InterruptedException {
        jcmd("GC.run");
        var used = USED.matcher(jcmd("GC.heap_info"));
        long sum = 0;
        while (used.find()) {
            sum += Long.parseLong(used.group(1)) * 1024;
        }
        assertThat(sum).as("heap in use").isPositive();
        return sum;
    }

    /** The octets of metaspace that are in use behind a collection. */
    long metaspace() throws IOException, InterruptedException {
        jcmd("GC.run");
        var used = METASPACE.matcher(jcmd("VM.metaspace basic"));
        assertThat(used.find()).as("metaspace in use").isTrue();
        return Long.parseLong(used.group(1)) * 1024;
    }

    /** The octets of memory that the process has. */
    long resident() throws IOException {
        return memory("VmRSS:");
    }

    /** The most octets of memory that it has had. */
    long mostResident() throws IOException {
        return memory("VmHWM:");
    }

    private long memory(String which) throws IOException {
        try (var lines = Files.lines(Path.of("/proc", Long.toString(pid()), "status"))) {
            var line = lines.filter(each -> each.startsWith(which)).findFirst().orElseThrow();
            return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
        }
    }

    private String jcmd(String... command) throws IOException, InterruptedException {
        var line = new ArrayList<>(List.of(
                Path.of(Objects.requireNonNull(System.getProperty("java.home")), "bin/jcmd")
                        .toString(),
                Long.toString(pid())));
        line.addAll(List.of(command));
        var result = Commands.run(Map.of(), line);
        assertThat(result.code()).as(result.out()).isZero();
        return result.out();
    }

    private Path output(int start) {
        return base.resolveSibling(base.getFileName() + ".out" + start);
    }

    private Process process() {
        return Objects.requireNonNull(process, "not started");
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroy();
            try {
                if (!process.waitFor(20, TimeUnit.SECONDS)) {
                    kill();
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
    }
}
