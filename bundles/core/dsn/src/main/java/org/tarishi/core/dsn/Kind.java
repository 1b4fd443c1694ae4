package org.tarishi.core.dsn;

import java.util.List;
import java.util.Locale;
import org.tarishi.core.spi.DsnComposer.Action;
import org.tarishi.core.spi.DsnComposer.Report;

/** What a notification is about, by the worst that it tells; each kind has its templates. */
enum Kind {
    FAILED,
    DELAYED,
    SUCCESS;

    static Kind of(List<Report> reports) {
        if (reports.stream().anyMatch(report -> report.action() == Action.FAILED)) {
            return FAILED;
        }
        return reports.stream().anyMatch(report -> report.action() == Action.DELAYED) ? DELAYED : SUCCESS;
    }

    /** Returns the name of the template of a form, {@code txt} or {@code html}. */
    String file(String form) {
        return name().toLowerCase(Locale.ROOT) + "." + form;
    }
}
