package org.tarishi.core.hooks;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.ComponentContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.metatype.annotations.Designate;
import org.tarishi.api.Notes;
import org.tarishi.api.Reply;
import org.tarishi.api.SmtpConnection;
import org.tarishi.core.spi.Admission;
import org.tarishi.core.spi.Generation;
import org.tarishi.core.spi.Hooks;
import org.tarishi.core.spi.LiveNotes;
import org.tarishi.core.spi.LiveResults;
import org.tarishi.core.spi.PluginSwitch;
import org.tarishi.core.spi.PluginTrial;
import org.tarishi.core.spi.Retirement;
import org.tarishi.core.spi.StoredNote;
import org.tarishi.core.spi.TrialReport;

/** The engine as a component. */
@Component(
        service = {ChainHooks.class, Retirement.class},
        configurationPid = ChainConfig.PID,
        immediate = true)
@Designate(ocd = ChainConfig.class)
public final class ChainHooks implements Hooks, PluginSwitch, Retirement {

    /** What speaks for the chains in force; those of a version that retires are asked by nobody. */
    private static final List<Class<?>> SPOKESMEN = List.of(ChainCommand.class, LogWatch.class, PluginStatus.class);

    private final Engine engine;
    private final Tracking tracking;
    private final ComponentContext component;
    private final List<ServiceRegistration<?>> offered = new CopyOnWriteArrayList<>();

    /** Starts tracking plugins; they are asked from now on. */
    @Activate
    public ChainHooks(ComponentContext component, ChainConfig config, @Reference ServiceComponentRuntime runtime) {
        this.component = component;
        tracking = new Tracking(component.getBundleContext(), runtime);
        engine = new Engine(new ChainSettings(config), System::nanoTime, Carriers.ofThisJvm(), tracking);
        tracking.open(engine);
        engine.start();
    }

    /** Offers itself: by hand, so that it can leave its place to a successor and go on with what it has begun. */
    @Activate
    void activate(BundleContext context) {
        // In this order they are told of a successor, too: which versions are in force is known before anybody is
        // asked.
        offered.add(context.registerService(PluginSwitch.class, this, null));
        offered.add(context.registerService(Hooks.class, this, null));
    }

    @Override
    public CompletionStage<?> retire() {
        var retired = FrameworkUtil.asDictionary(Map.of(RETIRED, true));
        offered.forEach(one -> one.setProperties(retired));
        SPOKESMEN.forEach(one -> component.disableComponent(one.getName()));
        return engine.whenUnused();
    }

    @Modified
    void modified(ChainConfig config) {
        engine.configure(new ChainSettings(config));
    }

    @Deactivate
    void deactivate() {
        offered.forEach(ServiceRegistration::unregister);
        engine.close();
        tracking.close();
        engine.stop();
    }

    Engine engine() {
        return engine;
    }

    @Override
    public Generation current() {
        return engine.current();
    }

    @Override
    public Generation current(SmtpConnection connection) {
        return engine.current(connection);
    }

    @Override
    public void begin(SmtpConnection connection, Executor turn, Consumer<Admission> then) {
        engine.begin(connection, turn, then);
    }

    @Override
    public Optional<Reply> refusal() {
        return engine.refusal();
    }

    @Override
    public void begin(Executor turn, Consumer<Admission> then) {
        engine.begin(turn, then);
    }

    @Override
    public Notes newNotes() {
        return engine.newNotes();
    }

    @Override
    public LiveNotes newNotes(Map<String, StoredNote> kept) {
        return engine.newNotes(kept);
    }

    @Override
    public LiveResults newResults(String id) {
        return engine.newResults(id);
    }

    @Override
    public Notes copyOf(Notes notes) {
        return engine.copyOf(notes);
    }

    @Override
    public LiveResults copyOf(LiveResults results) {
        return engine.copyOf(results);
    }

    @Override
    public boolean isListeningToResults() {
        return engine.isListeningToResults();
    }

    @Override
    public void opened(SmtpConnection connection) {
        engine.opened(connection);
    }

    @Override
    public void closed(SmtpConnection connection) {
        engine.closed(connection);
    }

    @Override
    public Probe probe(long bundleId) {
        return engine.probe(bundleId);
    }

    @Override
    public Tally tally(long bundleId) {
        return engine.tally(bundleId);
    }

    @Override
    public List<String> explain(String plugin) {
        return engine.explain(plugin);
    }

    @Override
    public void putInForce(Map<String, Long> bundleByPlugin) {
        engine.putInForce(bundleByPlugin);
    }

    @Override
    public CompletionStage<Void> whenIdle(long bundleId) {
        return engine.whenIdle(bundleId);
    }

    @Override
    public void keepOut(long bundleId) {
        engine.keepOut(bundleId);
    }

    @Override
    public void tryOut(PluginTrial trial) {
        engine.tryOut(trial);
    }

    @Override
    public void endTrial() {
        engine.endTrial();
    }

    @Override
    public Optional<TrialReport> trialReport() {
        return engine.trialReport();
    }
}
