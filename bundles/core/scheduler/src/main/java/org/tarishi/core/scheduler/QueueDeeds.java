package org.tarishi.core.scheduler;

import java.io.IOException;
import java.util.function.ToIntFunction;
import org.tarishi.api.Text;
import org.tarishi.api.service.QueueControl.State;
import org.tarishi.core.spi.QueueQuery;

/** What the command {@code queue} does to mail; where more than one may be meant, they are counted first. */
final class QueueDeeds {

    private final Control control;

    QueueDeeds(Control control) {
        this.control = control;
    }

    int retry(QueueOptions options, Appendable out) throws IOException, QueueOptions.UsageException {
        return QueueCommand.count(
                out, control.retry(options.domainFirst().none().query()), "due now");
    }

    int act(QueueOptions options, String done, ToIntFunction<QueueQuery> deed, Appendable out)
            throws IOException, QueueOptions.UsageException {
        if (options.hasWords()) {
            var id = options.one("an id or filters");
            if (control.mail(id).isEmpty()) {
                return QueueCommand.say(out, "no mail has the id " + Text.escaped(id) + "\n", QueueCommand.NOTHING);
            }
            return QueueCommand.count(out, deed.applyAsInt(QueueQuery.ALL.id(id)), done);
        }
        if (!options.hasFilter() && !options.isAll()) {
            throw new QueueOptions.UsageException("wants an id, filters, or --all");
        }
        if (!options.isSure()) {
            int found = control.count(done.equals("released") ? options.query().state(State.HELD) : options.query());
            out.append(Integer.toString(found))
                    .append(found == 1 ? " mail matches" : " mails match")
                    .append("; with --yes ");
            return QueueCommand.say(
                    out, "they are " + done + "\n", found == 0 ? QueueCommand.NOTHING : QueueCommand.DONE);
        }
        return QueueCommand.count(out, deed.applyAsInt(options.query()), done);
    }

    int pause(QueueOptions options, Appendable out) throws IOException, QueueOptions.UsageException {
        if (!options.hasFilter() && !options.isAll()) {
            throw new QueueOptions.UsageException("wants filters, or --all");
        }
        out.append("paused as ").append(control.pause(options.query())).append('\n');
        return QueueCommand.DONE;
    }

    int resume(String id, Appendable out) throws IOException {
        return control.resume(id)
                ? QueueCommand.say(out, "resumed\n", QueueCommand.DONE)
                : QueueCommand.say(out, "nothing is paused as " + Text.escaped(id) + "\n", QueueCommand.NOTHING);
    }
}
