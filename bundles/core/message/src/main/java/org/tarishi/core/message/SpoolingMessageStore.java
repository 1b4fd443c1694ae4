package org.tarishi.core.message;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.Designate;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.core.spi.Intake;
import org.tarishi.core.spi.LiveHeaders;
import org.tarishi.core.spi.LiveMessage;
import org.tarishi.core.spi.MessageStore;
import org.tarishi.core.spi.StoredContent;

/** Keeps small messages in memory, large ones in temporary files. */
@Component(configurationPid = Settings.PID)
@Designate(ocd = Config.class)
public final class SpoolingMessageStore implements MessageStore {

    private static final String DATA_FOLDER = "tarishi.data";

    private final MemoryBudget budget = new MemoryBudget();
    private final String dataFolder;
    private volatile Setup setup;

    /** Settings and what follows from them: swapped together. */
    private record Setup(Settings settings, SpoolFolder folder) {}

    /** Made by Declarative Services. */
    @Activate
    public SpoolingMessageStore(BundleContext context, Config config) {
        this(context.getProperty(DATA_FOLDER), new Settings(config));
    }

    /**
     * Makes one.
     *
     * @param dataFolder the instance's data folder; empty or null if there is none
     */
    SpoolingMessageStore(@Nullable String dataFolder, Settings settings) {
        this.dataFolder = dataFolder == null ? "" : dataFolder;
        setup = setup(settings);
        setup.folder().removeLeftovers();
    }

    @Modified
    void modified(Config config) {
        setup = setup(new Settings(config));
    }

    private Setup setup(Settings settings) {
        if (settings.folder().isEmpty() && dataFolder.isEmpty()) {
            throw new InvalidSettingException(
                    "folder", "must be set where the framework property " + DATA_FOLDER + " is not");
        }
        var path = settings.folder().isEmpty() ? Path.of(dataFolder, "spool", "tmp") : Path.of(settings.folder());
        return new Setup(settings, new SpoolFolder(path.toAbsolutePath()));
    }

    /** Returns how many bytes of memory all messages take. */
    long memoryUsed() {
        return budget.used();
    }

    @Override
    public LiveHeaders newHeaders() {
        return new FieldList();
    }

    @Override
    public Intake open(String id, Framing framing, BareLineEnds bare, Limits limits) {
        var now = setup;
        var spool = new Spool(id, now.settings(), budget, now.folder());
        var intake = new DotIntake(id, framing, limits, spool, now.settings());
        return bare == BareLineEnds.CONVERT && framing != Framing.BINARY_CHUNKS
                ? new RepairedIntake(intake, framing == Framing.DOT)
                : intake;
    }

    @Override
    public LiveMessage restore(StoredContent stored) {
        var header = stored.header();
        return new StoredMessage(
                setup.settings(),
                FieldList.parse(header, header.length, true),
                new StoredBody(
                        new RestoredContent(stored),
                        0,
                        stored.bodySize(),
                        true,
                        stored.isEightBit(),
                        stored.isBinary()));
    }

    @Override
    public boolean hasRoomFor(long bytes) {
        var now = setup;
        return bytes <= now.settings().bodyMemory() || now.folder().hasRoomFor(bytes);
    }
}
