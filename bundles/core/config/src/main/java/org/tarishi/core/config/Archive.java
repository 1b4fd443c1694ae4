package org.tarishi.core.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.tarishi.core.config.CfgFile.Value;
import org.tarishi.core.spi.SettingsArchive;

/** Gives out the texts of settings, and takes them back through the gate. */
final class Archive implements SettingsArchive {

    private final Gate gate;

    Archive(Gate gate) {
        this.gate = gate;
    }

    @Override
    public Map<String, String> texts(Set<String> pids) {
        var texts = new TreeMap<>(gate.textsInForce());
        texts.keySet().removeIf(pid -> !pids.contains(Declarations.declared(pid)));
        return Map.copyOf(texts);
    }

    @Override
    public List<String> differences(Set<String> pids, Map<String, String> texts) {
        var lines = new ArrayList<String>();
        changes(pids, texts)
                .forEach((pid, change) ->
                        lines.add(pid + ": " + String.join(", ", keys(change.before(), change.after()))));
        return List.copyOf(lines);
    }

    @Override
    public List<String> restore(Set<String> pids, Map<String, String> texts) {
        var done = new LinkedHashMap<String, String>();
        for (var entry : changes(pids, texts).entrySet()) {
            var pid = entry.getKey();
            var problems = gate.bringBack(pid, entry.getValue().after());
            if (!problems.isEmpty()) {
                done.forEach(gate::bringBack);
                return problems.stream().map(problem -> problem.in(pid)).toList();
            }
            done.put(pid, entry.getValue().before());
        }
        return List.of();
    }

    @Override
    public List<String> complaints(Set<String> pids) {
        var all = new TreeSet<>(pids);
        gate.list().keySet().stream()
                .filter(pid -> pids.contains(Declarations.declared(pid)))
                .forEach(all::add);
        return all.stream().map(gate::complaint).filter(line -> !line.isEmpty()).toList();
    }

    private record Change(String before, String after) {}

    /** What has to change, by PID; an empty text means the defaults. */
    private Map<String, Change> changes(Set<String> pids, Map<String, String> texts) {
        var now = texts(pids);
        var all = new TreeSet<>(texts.keySet());
        now.keySet().stream().filter(pid -> pid.indexOf('~') < 0).forEach(all::add);
        var changes = new TreeMap<String, Change>();
        for (var pid : all) {
            if (pids.contains(Declarations.declared(pid))) {
                var change = new Change(now.getOrDefault(pid, ""), texts.getOrDefault(pid, ""));
                if (!keys(change.before(), change.after()).isEmpty()) {
                    changes.put(pid, change);
                }
            }
        }
        return changes;
    }

    private static Set<String> keys(String before, String after) {
        var old = values(before);
        var fresh = values(after);
        var keys = new TreeSet<>(old.keySet());
        keys.addAll(fresh.keySet());
        keys.removeIf(key -> Objects.equals(old.get(key), fresh.get(key)));
        return keys;
    }

    /** Both texts were in force once, so that they can be read. */
    private static Map<String, Value> values(String text) {
        try {
            return new TreeMap<>(CfgFile.parse(text).values());
        } catch (CfgSyntaxException e) {
            return Map.of();
        }
    }
}
