package org.tarishi.plugin.acme;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.function.BiFunction;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.tarishi.api.Text;

/** The command {@code acme}: tells how the certificates are, and gets one at once. */
@Component(
        service = BiFunction.class,
        property = {
            "tarishi.command=acme",
            "tarishi.command.help=" + AcmeCommand.USAGE
                    + ": the certificates that are got from an authority; gets one now"
        })
public final class AcmeCommand implements BiFunction<List<String>, Appendable, Integer> {

    static final String USAGE = "acme status | acme renew NAME";

    private final Acme acme;

    /** Makes it for this plugin. */
    @Activate
    public AcmeCommand(@Reference Acme acme) {
        this.acme = acme;
    }

    @Override
    public Integer apply(List<String> args, Appendable out) {
        try {
            if (args.size() == 2 && args.get(1).equals("status")) {
                return status(out);
            }
            if (args.size() == 3 && args.get(1).equals("renew")) {
                return renew(args.get(2), out);
            }
            out.append("usage: ").append(USAGE).append('\n');
            return 2;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int status(Appendable out) throws IOException {
        var renewer = acme.renewer();
        var settings = renewer.settings();
        if (settings.certificates().isEmpty()) {
            out.append("no certificate is wanted; see certificates in " + Settings.PID + "\n");
            return 0;
        }
        out.append("from ").append(settings.directory().toString()).append('\n');
        for (var wanted : settings.certificates()) {
            out.append(wanted.name())
                    .append(": ")
                    .append(String.join(", ", wanted.hosts()))
                    .append('\n');
            var certificate = renewer.inForce(wanted);
            if (certificate.isPresent()) {
                var one = certificate.get();
                out.append("  in force until ")
                        .append(one.getNotAfter().toInstant().toString())
                        .append(", issued by ")
                        .append(Text.escaped(one.getIssuerX500Principal().getName()))
                        .append('\n');
            } else {
                out.append("  none yet\n");
            }
            var due = renewer.due(settings, wanted);
            out.append("  ")
                    .append(due.equals(Instant.MIN) ? "will be asked for now" : "will be asked for at " + due)
                    .append('\n');
            var progress = renewer.progress(settings, wanted);
            if (progress.failures() > 0) {
                out.append("  failed ")
                        .append(progress.failures() == 1 ? "once" : progress.failures() + " times")
                        .append(": ")
                        .append(progress.error())
                        .append('\n');
            }
        }
        return 0;
    }

    private int renew(String name, Appendable out) throws IOException {
        var wanted = acme.wanted(name);
        if (wanted.isEmpty()) {
            out.append(Text.escaped(name)).append(" is no certificate that is wanted; they are ");
            out.append(acme.wanted().map(Wanted::name).toList().toString()).append('\n');
            return 2;
        }
        try {
            var error = acme.renewer().renew(wanted.get());
            if (error.isPresent()) {
                out.append(name).append(": ").append(error.get()).append('\n');
                return 1;
            }
            out.append(name).append(": in force until ");
            out.append(acme.renewer()
                            .inForce(wanted.get())
                            .map(one -> one.getNotAfter().toInstant().toString())
                            .orElse("?"))
                    .append('\n');
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            out.append(name).append(": stopped\n");
            return 1;
        }
    }
}
