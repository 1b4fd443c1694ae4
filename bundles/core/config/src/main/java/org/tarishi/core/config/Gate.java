package org.tarishi.core.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationEvent;
import org.osgi.service.cm.SynchronousConfigurationListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Text;
import org.tarishi.core.config.CfgFile.Value;

/**
 * The one gate through which a configuration comes into force, by whichever door it comes.
 *
 * <p>The order is always: check; store in ConfigAdmin; see that the component takes it, else put the last value back; keep the text
 * as the last good one; write the file, if it was not the door; keep the change in the history. Whatever goes wrong on the way leaves
 * the values that were in force in force. A crash between two of these steps is settled at the next start, where the file decides.
 *
 * <p>One lock guards all. The listener is a synchronous one: what another client stored is checked before a component hears of it.
 * The lock's holder waits for nobody without a limit of time.
 */
final class Gate implements SynchronousConfigurationListener {

    private static final Logger log = LoggerFactory.getLogger(Gate.class);

    /** How the PIDs begin that nobody else may write. */
    static final String OURS = "org.tarishi.";

    /** What a secret is called where nobody is there to say which keys are secret. */
    private static final Pattern SECRET =
            Pattern.compile("pass|secret|token|credential|private|api.?key", Pattern.CASE_INSENSITIVE);

    private final ConfigurationAdmin admin;
    private final Declarations declarations;
    private final Launcher launcher;
    private final TakeUp takeUp;
    private final ConfFolder conf;
    private final Path good;
    private final History history;
    private final Consumer<Settings> own;

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Known> known = new TreeMap<>();
    /** What ConfigAdmin held at the start, of those whose bundle has not come yet. */
    private final Map<String, Map<String, Object>> held = new HashMap<>();

    private final Marks marks;
    private volatile boolean ready;

    /** What the gate knows of one PID that has a file, or had one. */
    private static final class Known {
        /** The text of the file when it was last considered; null without a file. */
        @Nullable String seen;
        /** The text whose values are in force; null when the component has its defaults. */
        @Nullable String inForce;
        /** What ConfigAdmin was given; null when nothing. */
        @Nullable Map<String, Object> values;
        /** What is wrong with the file. */
        List<Problem> problems = List.of();
        /** Whether nobody could check the file yet. */
        boolean waiting;
        /** The bundle, as it was installed, that arrived last and found the text in force good; it comes twice, resolved and about to start. */
        @Nullable String goodFor;
    }

    Gate(
            ConfigurationAdmin admin,
            Declarations declarations,
            Launcher launcher,
            TakeUp takeUp,
            ConfFolder conf,
            Path good,
            History history,
            Consumer<Settings> own) {
        this.admin = admin;
        this.declarations = declarations;
        this.launcher = launcher;
        this.takeUp = takeUp;
        this.conf = conf;
        this.good = good;
        this.marks = new Marks(good);
        this.history = history;
        this.own = own;
    }

    /** Puts in force what the files say, before the components start that want it. */
    void start() {
        lock.lock();
        try {
            var pids = new ArrayList<>(conf.begin());
            // How many changes are kept should be known before the first is.
            if (pids.remove(Settings.PID)) {
                pids.addFirst(Settings.PID);
            }
            for (var pid : pids) {
                consider(pid, Author.START, null);
            }
            for (var configuration : stored()) {
                var pid = configuration.getPid();
                if (pids.contains(pid) && known(pid).waiting) {
                    held.put(pid, Values.settings(configuration.getProperties()));
                } else if (!pids.contains(pid) && isManaged(pid)) {
                    if (Files.exists(goodFile(pid))) {
                        known.computeIfAbsent(pid, p -> new Known()).inForce = readGood(pid);
                        remove(pid, Author.START);
                    } else {
                        behind(pid, configuration);
                    }
                }
            }
            ready = true;
        } finally {
            lock.unlock();
        }
    }

    boolean isReady() {
        return ready;
    }

    /** Returns a line for each file that is not in force as it stands. */
    List<String> complaints() {
        lock.lock();
        try {
            var lines = new ArrayList<String>();
            known.forEach((pid, k) -> {
                if (!k.problems.isEmpty()) {
                    lines.add(told(pid, k.problems));
                }
            });
            return lines;
        } finally {
            lock.unlock();
        }
    }

    /** Looks at the files again that changed since the last look. */
    void poll() {
        lock.lock();
        try {
            for (var pid : conf.scan()) {
                consider(pid, Author.FILE, null);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Checks what waits for a bundle that has been resolved or is about to start; before its components get any values. */
    void arrived(Bundle bundle) {
        lock.lock();
        try {
            if (!ready || known.isEmpty()) {
                return;
            }
            var declared = declarations.of(bundle);
            for (var pid : List.copyOf(known.keySet())) {
                if (declared.contains(Declarations.declared(pid)) && known(pid).seen != null) {
                    consider(pid, Author.START, bundle);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    // ------------------------------------------------------------------------------------------------ the file's door

    /** Takes up a file as it is now. */
    private void consider(String pid, Author author, @Nullable Bundle arriving) {
        var k = known(pid);
        String text;
        try {
            text = SafeFiles.read(conf.file(pid));
        } catch (IOException e) {
            conf.again(pid);
            var problems = List.of(new Problem(0, "", SafeFiles.reason(e)));
            if (!problems.equals(k.problems)) {
                refuse(pid, k, problems, author);
            }
            return;
        }
        var isNews = !Objects.equals(text, k.seen) || !ready;
        var installed = arriving == null ? null : Marks.installed(arriving);
        if (!isNews && (installed == null || installed.equals(k.goodFor))) {
            return;
        }
        if (text == null) {
            k.seen = null;
            remove(pid, author);
            return;
        }
        k.goodFor = null;
        if (arriving != null && !isNews && k.waiting && isKnownGood(pid, text, arriving)) {
            k.goodFor = installed;
            return;
        }
        var wasWaiting = k.waiting;
        k.seen = text;
        k.waiting = false;
        switch (judge(pid, text, arriving)) {
            case Verdict.Undeclared() -> {
                k.waiting = true;
                k.problems = List.of();
                if (isNews) {
                    undeclared(pid, k, text);
                }
            }
            case Verdict.Bad(var problems) -> {
                if (arriving != null
                        && !wasWaiting
                        && k.problems.isEmpty()
                        && declarations.isServedBeside(Declarations.declared(pid), arriving)) {
                    log.warn(
                            "{} {} would refuse the settings in force: {}",
                            arriving.getSymbolicName(),
                            arriving.getVersion(),
                            told(pid, problems));
                } else if (isNews || wasWaiting || !problems.equals(k.problems)) {
                    refuse(pid, k, problems, wasWaiting ? Author.START : author);
                }
            }
            case Verdict.Good(var typed) -> {
                // A platform component that has been given texts has read them by now: types alone are no reason to
                // configure it again, which may close its sockets.
                var had = k.values;
                var values = wasWaiting && had != null && Values.sameTexts(had, typed) ? had : typed;
                var problems =
                        put(pid, text, values, wasWaiting ? Author.START : author, arriving == null && ready, arriving);
                if (problems.isEmpty()) {
                    k.goodFor = installed;
                } else {
                    refuse(pid, k, problems, author);
                }
            }
        }
    }

    /** Takes what a bundle found good in a former run, where neither the bundle nor text and values have changed since. */
    private boolean isKnownGood(String pid, String text, Bundle arriving) {
        var values = held.remove(pid);
        if (values == null
                || !text.equals(readGood(pid))
                || !declarations.isOnlyVersion(arriving)
                || !marks.has(pid, arriving, values)) {
            return false;
        }
        tookEffect(pid, text, values);
        return true;
    }

    private void mark(String pid, Map<String, Object> values, @Nullable Bundle arriving) {
        try {
            marks.put(pid, declarations.only(pid, arriving), values);
        } catch (IOException e) {
            log.debug("{} will be checked at the next start", pid, e);
        }
    }

    /** A file of a PID that nobody declares: ours wait for their bundle, others are stored as texts, which such components read. */
    private void undeclared(String pid, Known k, String text) {
        if (pid.startsWith(OURS)) {
            if (!declarations.isAnnounced(Declarations.declared(pid))) {
                log.warn("{}: no bundle has settings of this name; the file waits for one that has", conf.file(pid));
            }
            return;
        }
        log.warn("{}: no bundle declares this PID yet; its values are stored unchecked, as texts", conf.file(pid));
        try {
            var values = Declarations.untyped(CfgFile.parse(text));
            store(pid, values);
            k.values = values;
        } catch (CfgSyntaxException e) {
            throw new AssertionError("judged before", e);
        } catch (IOException | IllegalArgumentException e) {
            log.error("{}: cannot be stored: {}", conf.file(pid), e.toString());
        }
    }

    /** Leaves in force what was, or at a start what was good last, and says so in one line. */
    private void refuse(String pid, Known k, List<Problem> problems, Author author) {
        k.problems = problems;
        if (author == Author.START && k.values == null) {
            restoreLastGood(pid, k);
        }
        log.error("{}; {}", told(pid, problems), inForce(k));
    }

    private static String inForce(Known k) {
        return k.values == null ? "the defaults are in force" : "the last good settings stay in force";
    }

    private void restoreLastGood(String pid, Known k) {
        var text = readGood(pid);
        try {
            if (text != null && judge(pid, text, null) instanceof Verdict.Good(var values)) {
                store(pid, values);
                launcher.put(pid, values);
                tellOwn(pid, text);
                k.inForce = text;
                k.values = values;
            } else {
                forget(pid);
            }
        } catch (IOException | IllegalArgumentException e) {
            log.error("{}: the last good settings cannot be stored: {}", pid, e.toString());
        }
    }

    /** The file is gone: a singleton has its defaults again, an instance of a factory is no more. */
    private void remove(String pid, Author author) {
        var k = known(pid);
        var isInstance = pid.indexOf('~') >= 0;
        if (!isInstance && judge(pid, "", null) instanceof Verdict.Bad(var problems)) {
            k.problems = problems;
            log.error(
                    "{}: the file is gone, but there are no good settings without it: {}; {}",
                    pid,
                    texts(problems),
                    inForce(k));
            return;
        }
        try {
            var before = k.inForce;
            forget(pid);
            launcher.put(pid, Map.of());
            tellOwn(pid, "");
            SafeFiles.delete(goodFile(pid));
            marks.forget(pid);
            if (before != null) {
                history.add(pid, author, before, null);
            }
            if (k.values != null || before != null) {
                log.info(
                        "{}: file removed by {}; {}",
                        pid,
                        author.word(),
                        isInstance ? "instance removed" : "back to defaults");
            }
            known.remove(pid);
        } catch (IOException e) {
            log.error("{}: cannot be removed: {}", pid, SafeFiles.reason(e));
        }
    }

    // ----------------------------------------------------------------------------------------------- ConfigAdmin's
    // door

    @Override
    public void configurationEvent(ConfigurationEvent event) {
        // What the gate itself stores is told to it on its own thread.
        if (lock.isHeldByCurrentThread() || event.getType() == ConfigurationEvent.CM_LOCATION_CHANGED) {
            return;
        }
        lock.lock();
        try {
            var pid = event.getPid();
            if (!ready || !(isManaged(pid) || isManaged(Objects.requireNonNullElse(event.getFactoryPid(), pid)))) {
                return;
            }
            if (event.getType() == ConfigurationEvent.CM_DELETED) {
                deletedBehind(pid);
            } else {
                for (var configuration : stored()) {
                    if (configuration.getPid().equals(pid)) {
                        behind(pid, configuration);
                    }
                }
            }
        } catch (IllegalStateException e) {
            log.debug("{} was deleted meanwhile", event.getPid(), e);
        } finally {
            lock.unlock();
        }
    }

    /** Takes up what another client of ConfigAdmin stored: into the file when it is good, else it is put back. */
    private void behind(String stored, Configuration configuration) {
        var values = Values.settings(configuration.getProperties());
        var pid = named(stored, configuration.getFactoryPid());
        var k = known(pid);
        if (k.values != null && Values.same(k.values, values)) {
            return;
        }
        refresh(pid);
        List<Problem> problems;
        try {
            var file = CfgFile.parse(Objects.requireNonNullElse(k.problems.isEmpty() ? k.seen : k.inForce, ""));
            var keys = declarations.keys(pid);
            for (var key : file.values().keySet()) {
                if (!values.containsKey(key)) {
                    file = file.without(key);
                }
            }
            var before = k.values;
            for (var entry : values.entrySet()) {
                var key = entry.getKey();
                var value = Values.inFile(entry.getValue());
                var was = before == null ? null : before.get(key);
                var isAsBefore = was != null && Values.inFile(was).items().equals(value.items());
                var isNeedless = !file.values().containsKey(key) && keys != null && keys.isDefault(key, value);
                if (!(isAsBefore && file.values().containsKey(key)) && !isNeedless) {
                    file = file.with(key, value);
                }
            }
            problems = enter(pid, file.text(), Author.CONSOLE);
        } catch (CfgSyntaxException e) {
            problems = List.of(new Problem(e.line(), "", String.valueOf(e.getMessage())));
        }
        try {
            if (!problems.isEmpty()) {
                if (!pid.equals(stored) || k.values == null) {
                    configuration.delete();
                } else {
                    store(pid, k.values);
                }
                if (k.seen == null && k.values == null) {
                    known.remove(pid);
                }
                log.warn("{}: a change by another client of ConfigAdmin is put back: {}", pid, texts(problems));
            } else if (!pid.equals(stored)) {
                configuration.delete();
                log.info("{} is called {} now", Text.escaped(stored), pid);
            }
        } catch (IOException e) {
            log.error("{}: cannot be put back: {}", pid, SafeFiles.reason(e));
        }
    }

    private void deletedBehind(String pid) {
        var k = known.get(pid);
        if (k == null || k.values == null) {
            return;
        }
        var values = k.values;
        var problems = pid.indexOf('~') < 0 && judge(pid, "", null) instanceof Verdict.Bad(var found)
                ? found
                : List.<Problem>of();
        try {
            if (problems.isEmpty()) {
                k.seen = null;
                SafeFiles.delete(conf.file(pid));
                remove(pid, Author.CONSOLE);
            } else {
                store(pid, values);
                log.warn("{}: a deletion by another client of ConfigAdmin is put back: {}", pid, texts(problems));
            }
        } catch (IOException e) {
            log.error("{}: cannot be deleted: {}", pid, SafeFiles.reason(e));
        }
    }

    /** Returns the PID under which a configuration has a file: instances that got a name by ConfigAdmin are given one of ours. */
    private static String named(String pid, @Nullable String factoryPid) {
        if (factoryPid == null || (pid.startsWith(factoryPid + "~") && ConfFolder.isPid(pid))) {
            return pid;
        }
        var rest = pid.startsWith(factoryPid) ? pid.substring(factoryPid.length()) : pid;
        var name = rest.replaceAll("[^A-Za-z0-9_]", "").toLowerCase(Locale.ROOT);
        return factoryPid + "~" + (name.isEmpty() ? Integer.toHexString(pid.hashCode()) : name);
    }

    // --------------------------------------------------------------------------------------------- the command's door

    /** Returns the PIDs that have a file or are declared, each with a word on its state. */
    Map<String, String> list() {
        lock.lock();
        try {
            var all = new TreeMap<String, String>();
            for (var pid : declarations.all()) {
                if (pid.startsWith(OURS)) {
                    all.put(pid, "defaults");
                }
            }
            known.forEach((pid, k) -> all.put(
                    pid,
                    !k.problems.isEmpty() ? "refused" : k.waiting ? "waiting" : k.seen == null ? "defaults" : "file"));
            return all;
        } finally {
            lock.unlock();
        }
    }

    /** Returns the text in force of a PID and what is wrong with its file; secrets are masked. Null when the PID is not known. */
    @Nullable List<String> show(String pid) {
        lock.lock();
        try {
            refresh(pid);
            var k = known.get(pid);
            if (k == null) {
                var keys = declarations.keys(pid);
                return keys == null && !launcher.owns(pid)
                        ? null
                        : List.of("# no file; the defaults are in force"
                                + (keys == null ? "" : "; keys: " + String.join(", ", keys.all())));
            }
            var lines = new ArrayList<String>();
            if (!k.problems.isEmpty()) {
                lines.add("# " + told(pid, k.problems) + "; " + inForce(k));
            }
            if (k.waiting) {
                lines.add("# unchecked: no bundle declares " + pid + " yet");
            }
            var text = k.waiting ? k.seen : k.inForce;
            lines.addAll(masked(pid, text == null ? "" : text).lines().toList());
            return lines;
        } finally {
            lock.unlock();
        }
    }

    /** Changes the file of a PID; returns what is wrong with it, and then nothing has changed. */
    List<Problem> edit(String pid, UnaryOperator<CfgFile> change) {
        lock.lock();
        try {
            refresh(pid);
            var k = known.get(pid);
            var text = k == null || k.seen == null ? "" : k.seen;
            var changed = change.apply(CfgFile.parse(text)).text();
            return enter(pid, changed, Author.COMMAND);
        } catch (CfgSyntaxException e) {
            return List.of(new Problem(e.line(), "", String.valueOf(e.getMessage())));
        } finally {
            lock.unlock();
        }
    }

    /** Returns the changes of a PID, the oldest first. */
    List<History.Change> history(String pid) throws IOException {
        lock.lock();
        try {
            return ConfFolder.isPid(pid) ? history.of(pid) : List.of();
        } finally {
            lock.unlock();
        }
    }

    /** Puts back the text before a change; returns what is wrong with it now, and then nothing has changed. */
    List<Problem> undo(String pid, History.Change change) throws IOException {
        lock.lock();
        try {
            refresh(pid);
            if (change.before() != null) {
                return enter(pid, change.before(), Author.COMMAND);
            }
            if (pid.indexOf('~') < 0 && judge(pid, "", null) instanceof Verdict.Bad(var problems)) {
                return problems;
            }
            SafeFiles.delete(conf.file(pid));
            known(pid).seen = null;
            remove(pid, Author.COMMAND);
            return List.of();
        } finally {
            lock.unlock();
        }
    }

    /** Returns the texts in force by PID; secrets are in them. */
    Map<String, String> textsInForce() {
        lock.lock();
        try {
            var texts = new TreeMap<String, String>();
            known.forEach((pid, k) -> {
                if (k.inForce != null) {
                    texts.put(pid, k.inForce);
                }
            });
            return texts;
        } finally {
            lock.unlock();
        }
    }

    /** Brings a text that was in force once; returns what is wrong with it now, and then nothing has changed. */
    List<Problem> bringBack(String pid, String text) {
        lock.lock();
        try {
            refresh(pid);
            return enter(pid, text, Author.COMMAND);
        } finally {
            lock.unlock();
        }
    }

    /** Returns what is wrong with the file of a PID, in a line; empty when nothing is. */
    String complaint(String pid) {
        lock.lock();
        try {
            var k = known.get(pid);
            return k == null || k.problems.isEmpty() ? "" : told(pid, k.problems);
        } finally {
            lock.unlock();
        }
    }

    /** Checks a text as the file of a PID; nothing changes. */
    Verdict check(String pid, String text) {
        lock.lock();
        try {
            return judge(pid, text, null);
        } finally {
            lock.unlock();
        }
    }

    /** Returns the PIDs that are like one that nobody knows. */
    @Nullable String nearest(String pid) {
        var all = new TreeSet<>(declarations.all());
        lock.lock();
        try {
            all.addAll(known.keySet());
        } finally {
            lock.unlock();
        }
        return Schema.nearest(pid, all);
    }

    /** Returns a text with its secrets masked; a text that can't be read has none to show. */
    String masked(String pid, String text) {
        try {
            var file = CfgFile.parse(text);
            var keys = declarations.keys(pid);
            for (var key : file.values().keySet()) {
                if (isSecret(keys, key)) {
                    file = file.with(key, Value.one("********"));
                }
            }
            return file.text();
        } catch (CfgSyntaxException e) {
            return "# unreadable: line " + e.line() + ": " + e.getMessage() + "\n";
        }
    }

    /** Takes up what the file says now, if nobody has yet: an edit in an editor is not run over by one of another door. */
    private void refresh(String pid) {
        if (ConfFolder.isPid(pid)) {
            var k = known.get(pid);
            try {
                if (!Objects.equals(SafeFiles.read(conf.file(pid)), k == null ? null : k.seen)) {
                    consider(pid, Author.FILE, null);
                }
            } catch (IOException e) {
                log.debug("{}", pid, e);
            }
        }
    }

    /** Brings a text by another door than the file: checks it, puts it in force and writes the file. */
    private List<Problem> enter(String pid, String text, Author author) {
        if (!ConfFolder.isPid(pid)) {
            return List.of(new Problem(0, "", pid + " is no name of a PID"));
        }
        switch (judge(pid, text, null)) {
            case Verdict.Undeclared() -> {
                if (pid.startsWith(OURS) || author == Author.COMMAND) {
                    var near = nearest(pid);
                    return List.of(new Problem(
                            0,
                            "",
                            "no bundle has settings of the name " + pid
                                    + (near == null ? "" : "; did you mean " + near + "?")));
                }
                try {
                    return put(pid, text, Declarations.untyped(CfgFile.parse(text)), author, true, null);
                } catch (CfgSyntaxException e) {
                    throw new AssertionError("judged before", e);
                }
            }
            case Verdict.Bad(var problems) -> {
                return problems;
            }
            case Verdict.Good(var values) -> {
                return put(pid, text, values, author, true, null);
            }
        }
    }

    // ------------------------------------------------------------------------------------------------ what all doors
    // share

    private Verdict judge(String pid, String text, @Nullable Bundle arriving) {
        CfgFile file;
        try {
            file = CfgFile.parse(text);
        } catch (CfgSyntaxException e) {
            return new Verdict.Bad(List.of(new Problem(e.line(), "", String.valueOf(e.getMessage()))));
        }
        // The launcher checks when it takes the values, and takes none when one is wrong.
        return launcher.owns(pid)
                ? new Verdict.Good(Declarations.untyped(file))
                : declarations.check(pid, file, inForce(pid), arriving);
    }

    /** Returns the settings that a change would replace: at a start, where none are in force yet, the last good ones. */
    private @Nullable CfgFile inForce(String pid) {
        var k = known.get(pid);
        var text = k == null || k.inForce == null ? readGood(pid) : k.inForce;
        try {
            return text == null ? null : CfgFile.parse(text);
        } catch (CfgSyntaxException e) {
            log.debug("the last good settings of {} cannot be read", pid, e);
            return null;
        }
    }

    /**
     * Puts checked values in force.
     *
     * @param watch whether the components may be there and are watched taking them
     * @param arriving a bundle that is about to run and has found them good, or null
     * @return what is wrong with them after all; then nothing has changed
     */
    private List<Problem> put(
            String pid,
            String text,
            Map<String, Object> values,
            Author author,
            boolean watch,
            @Nullable Bundle arriving) {
        var k = known(pid);
        var before = k.values;
        var textBefore = k.inForce == null ? readGood(pid) : k.inForce;
        var failing = watch ? takeUp.failing(pid) : Set.<String>of();
        try {
            var refusal = launcher.put(pid, values);
            if (refusal != null) {
                return List.of(lined(refusal, text));
            }
            store(pid, values);
            var failure = watch ? takeUp.refusal(pid, values, failing) : null;
            if (failure != null) {
                restore(pid, before);
                return List.of(new Problem(0, "", "the component did not take the settings: " + failure));
            }
            if (author == Author.COMMAND || author == Author.CONSOLE) {
                SafeFiles.write(conf.file(pid), text);
                k.seen = text;
            }
        } catch (IOException | IllegalArgumentException e) {
            restore(pid, before);
            launcher.put(pid, before == null ? Map.of() : before);
            return List.of(new Problem(
                    0,
                    "",
                    "cannot be stored: " + (e instanceof IOException io ? SafeFiles.reason(io) : e.getMessage())));
        }
        held.remove(pid);
        tookEffect(pid, text, values);
        keep(pid, textBefore, text, author);
        mark(pid, values, arriving);
        if (textBefore == null && author == Author.START) {
            // Nothing was in force before, so nothing has changed: the first start, or settings of a new bundle.
            log.debug("{}: taken from the file: {}", pid, difference(pid, null, text));
        } else if (!text.equals(textBefore)) {
            log.info("{}: changed by {}: {}", pid, author.word(), difference(pid, textBefore, text));
        }
        return List.of();
    }

    /** Takes note of what is in force now. */
    private void tookEffect(String pid, String text, Map<String, Object> values) {
        var k = known(pid);
        k.values = values;
        k.inForce = text;
        k.problems = List.of();
        k.waiting = false;
        tellOwn(pid, text);
    }

    private static Problem lined(Problem problem, String text) {
        try {
            return SettingsCheck.at(problem, CfgFile.parse(text));
        } catch (CfgSyntaxException e) {
            return problem;
        }
    }

    private void restore(String pid, @Nullable Map<String, Object> before) {
        try {
            if (before == null) {
                forget(pid);
            } else {
                store(pid, before);
            }
        } catch (IOException e) {
            log.error("{}: the last good settings cannot be put back: {}", pid, SafeFiles.reason(e));
        }
    }

    /** Keeps a text as the last good one, and the change in the history; that this fails does not undo the change. */
    private void keep(String pid, @Nullable String before, String text, Author author) {
        try {
            if (!text.equals(before)) {
                history.add(pid, author, before, text);
            }
            if (!text.equals(readGood(pid))) {
                SafeFiles.write(goodFile(pid), text);
            }
        } catch (IOException e) {
            log.error(
                    "{}: the settings are in force, but cannot be kept as the last good ones: {}",
                    pid,
                    SafeFiles.reason(e));
        }
    }

    private void tellOwn(String pid, String text) {
        if (pid.equals(Settings.PID) && judge(pid, text, null) instanceof Verdict.Good(var values)) {
            own.accept(new Settings((Config) ComponentProperties.annotation(Config.class, values)));
        }
    }

    /** Says which keys differ between two texts; the values of secrets are not told. */
    String difference(String pid, @Nullable String before, @Nullable String after) {
        var keys = declarations.keys(pid);
        var old = values(before);
        var now = values(after);
        var all = new TreeSet<>(old.keySet());
        all.addAll(now.keySet());
        var told = all.stream()
                .filter(key -> !Objects.equals(old.get(key), now.get(key)))
                .map(key -> {
                    if (isSecret(keys, key)) {
                        return key + " (secret)";
                    }
                    return key + " " + Objects.requireNonNullElse(old.get(key), Value.one("(default)")) + " -> "
                            + Objects.requireNonNullElse(now.get(key), Value.one("(default)"));
                })
                .collect(Collectors.joining("; "));
        return told.isEmpty() ? "comments only" : Text.escaped(told);
    }

    private static boolean isSecret(Declarations.@Nullable Keys keys, String key) {
        return keys == null ? SECRET.matcher(key).find() : keys.isSecret(key);
    }

    private static Map<String, Value> values(@Nullable String text) {
        try {
            return text == null ? Map.of() : new HashMap<>(CfgFile.parse(text).values());
        } catch (CfgSyntaxException e) {
            return Map.of();
        }
    }

    private String told(String pid, List<Problem> problems) {
        return problems.getFirst().in(conf.file(pid).toString())
                + problems.stream()
                        .skip(1)
                        .map(problem -> "; " + (problem.line() > 0 ? "line " + problem.line() + ": " : "") + problem)
                        .collect(Collectors.joining());
    }

    private static String texts(List<Problem> problems) {
        return problems.stream().map(Problem::toString).collect(Collectors.joining("; "));
    }

    private Known known(String pid) {
        return known.computeIfAbsent(pid, p -> new Known());
    }

    /** Tells whether a PID is the gate's business: one of ours, or one that has, or had, a file. */
    private boolean isManaged(String pid) {
        return pid.startsWith(OURS) || known.containsKey(pid) || (ConfFolder.isPid(pid) && Files.exists(goodFile(pid)));
    }

    private Path goodFile(String pid) {
        return good.resolve(pid + ".cfg");
    }

    private @Nullable String readGood(String pid) {
        try {
            return SafeFiles.read(goodFile(pid));
        } catch (IOException e) {
            log.warn("{} cannot be read: {}", goodFile(pid), SafeFiles.reason(e));
            return null;
        }
    }

    private List<Configuration> stored() {
        try {
            var all = admin.listConfigurations(null);
            return all == null ? List.of() : Arrays.asList(all);
        } catch (IOException | InvalidSyntaxException e) {
            log.error("cannot read what ConfigAdmin holds: {}", e.toString());
            return List.of();
        }
    }

    /** Gives ConfigAdmin values under a PID, for whichever bundle wants them. */
    private void store(String pid, Map<String, Object> values) throws IOException {
        var tilde = pid.indexOf('~');
        var configuration = tilde < 0
                ? admin.getConfiguration(pid, "?")
                : admin.getFactoryConfiguration(pid.substring(0, tilde), pid.substring(tilde + 1), "?");
        if (!"?".equals(configuration.getBundleLocation())) {
            configuration.setBundleLocation("?");
        }
        configuration.updateIfDifferent(FrameworkUtil.asDictionary(values));
    }

    private void forget(String pid) throws IOException {
        for (var configuration : stored()) {
            if (configuration.getPid().equals(pid)) {
                configuration.delete();
            }
        }
    }
}
