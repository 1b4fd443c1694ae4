package org.tarishi.core.deploy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import org.tarishi.core.spi.PluginSwitch.Tally;
import org.tarishi.core.spi.TrialReport;

/** The two versions of a trial side by side, as text. */
final class TrialTable {

    private static final double HUNDRED = 100;
    private static final double NANOS_IN_MILLI = 1_000_000;

    private TrialTable() {}

    /** Returns the lines: who, then a row for each figure, the version in force first. */
    static List<String> lines(Trials.Running trial, Tally before, Tally candidate, TrialReport report) {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of(
                "", trial.before().version().toString(), trial.jar().version().toString()));
        rows.add(row("transactions", before.transactions(), candidate.transactions()));
        var verdicts = new TreeMap<String, long[]>();
        report.before().verdicts().forEach((key, count) -> verdicts.computeIfAbsent(key, k -> new long[2])[0] = count);
        report.candidate()
                .verdicts()
                .forEach((key, count) -> verdicts.computeIfAbsent(key, k -> new long[2])[1] = count);
        long[] all = new long[2];
        verdicts.values().forEach(pair -> {
            all[0] += pair[0];
            all[1] += pair[1];
        });
        verdicts.forEach((key, pair) -> rows.add(List.of(key, share(pair[0], all[0]), share(pair[1], all[1]))));
        rows.add(row("faults", before.faults(), candidate.faults()));
        rows.add(row("of these time-outs", before.timeouts(), candidate.timeouts()));
        rows.add(List.of(
                "half of the calls within",
                time(report.before(), report.before().median()),
                time(report.candidate(), report.candidate().median())));
        rows.add(List.of(
                "99 of 100 within",
                time(report.before(), report.before().slowest()),
                time(report.candidate(), report.candidate().slowest())));
        if (trial.request().isShadow()) {
            var side = report.candidate();
            rows.add(List.of("same answer", "", share(side.agreed(), side.agreed() + side.differed())));
            rows.add(List.of("another answer", "", share(side.differed(), side.agreed() + side.differed())));
            rows.add(List.of("left out", "", Long.toString(side.dropped())));
        }
        var lines = new ArrayList<String>();
        lines.add(trial.shown() + " is on trial as a " + trial.request().word() + " since " + trial.since() + ": it "
                + trial.request().sessions() + (report.isOn() ? "" : "; it can't be asked any more"));
        int[] widths = new int[3];
        rows.forEach(row -> {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        });
        for (var row : rows) {
            lines.add(("  " + pad(row.get(0), widths[0]) + "  " + left(row.get(1), widths[1]) + "  "
                            + left(row.get(2), widths[2]))
                    .stripTrailing());
        }
        return lines;
    }

    private static List<String> row(String name, long before, long candidate) {
        return List.of(name, Long.toString(before), Long.toString(candidate));
    }

    private static String share(long count, long all) {
        return all == 0
                ? Long.toString(count)
                : String.format(Locale.ROOT, "%d (%.1f %%)", count, HUNDRED * count / all);
    }

    private static String time(TrialReport.Side side, Duration time) {
        return side.timedCalls() == 0 ? "-" : String.format(Locale.ROOT, "%.3f ms", time.toNanos() / NANOS_IN_MILLI);
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(width - text.length());
    }

    private static String left(String text, int width) {
        return " ".repeat(width - text.length()) + text;
    }
}
