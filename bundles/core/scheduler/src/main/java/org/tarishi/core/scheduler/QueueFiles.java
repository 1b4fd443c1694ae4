package org.tarishi.core.scheduler;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.tarishi.api.Text;
import org.tarishi.core.spi.MessageStore;

/** How the command {@code queue} moves messages between the store and files, and has the store look after itself. */
final class QueueFiles {

    private final Control control;
    private final Parts parts;
    private final Runnable imported;

    /**
     * Makes one.
     *
     * @param imported is run when mails have come into the store by another way
     */
    QueueFiles(Control control, Parts parts, Runnable imported) {
        this.control = control;
        this.parts = parts;
        this.imported = imported;
    }

    int export(String folder, QueueOptions options, Appendable out) throws IOException, QueueOptions.UsageException {
        var words = options.two("an id and a file");
        var id = words.getFirst();
        var found = control.mail(id);
        MessageStore messages = parts.messages();
        if (found.isEmpty() || messages == null) {
            return QueueCommand.say(out, "no mail has the id " + Text.escaped(id) + "\n", QueueCommand.NOTHING);
        }
        var content = control.store().open(found.get().number());
        if (content.isEmpty()) {
            return QueueCommand.say(out, "no mail has the id " + Text.escaped(id) + "\n", QueueCommand.NOTHING);
        }
        var file = QueueOptions.path(folder, words.get(1));
        var message = messages.restore(content.get());
        try (var in = message.open()) {
            Files.copy(in, file);
        } catch (FileAlreadyExistsException e) {
            return QueueCommand.say(
                    out, "is there already: " + Text.escaped(file.toString()) + "\n", QueueCommand.NOTHING);
        } finally {
            message.close();
        }
        return QueueCommand.say(out, "written to " + Text.escaped(file.toString()) + "\n", QueueCommand.DONE);
    }

    int importHaraka(Path folder, Appendable out) throws IOException {
        int taken = control.store().importHaraka(folder, line -> {
            QueueCommand.say(out, Text.escaped(line) + "\n", QueueCommand.NOTHING);
        });
        imported.run();
        return QueueCommand.count(out, taken, "imported");
    }

    int verify(Appendable out) throws IOException {
        var wrong = control.store().verify();
        for (var line : wrong) {
            out.append(Text.escaped(line)).append('\n');
        }
        return wrong.isEmpty()
                ? QueueCommand.say(out, "all that is stored is as it should be\n", QueueCommand.DONE)
                : QueueCommand.say(out, wrong.size() + " places are damaged\n", QueueCommand.NOTHING);
    }

    /** Takes a message of a file, as it is. */
    int importMessage(String folder, QueueOptions options, Appendable out)
            throws IOException, QueueOptions.UsageException {
        var what = options.toImport();
        var file = QueueOptions.path(folder, what.file());
        for (var id : control.store().importMessage(file, what.sender(), what.recipients())) {
            out.append("queued as ").append(Text.escaped(id)).append('\n');
        }
        imported.run();
        return QueueCommand.DONE;
    }
}
