package org.tarishi.core.hooks;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.Text;
import org.tarishi.api.hook.Capabilities;

/** The EHLO reply as one call sees it. */
final class CapabilitiesView implements Capabilities {

    /** RFC 5321 section 4.1.1.1, ehlo-line. */
    private static final Pattern LINE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9-]{0,63}(?: [\\x21-\\x7e]+)*");

    private static final Pattern KEYWORD = Pattern.compile("[A-Za-z0-9][A-Za-z0-9-]{0,63}");
    private static final int LONGEST = 500;

    private final Call call;
    private final Capabilities live;
    private @Nullable List<String> pending;

    CapabilitiesView(Call call, Capabilities live) {
        this.call = call;
        this.live = live;
    }

    private List<String> toChange() {
        call.checkOpen();
        var list = pending;
        if (list == null) {
            list = new ArrayList<>(live.lines());
            pending = list;
        }
        return list;
    }

    @Override
    public void offer(String line) {
        if (line.length() > LONGEST || !LINE.matcher(line).matches()) {
            throw new IllegalArgumentException(
                    "want a keyword and maybe parameters (RFC 5321 section 4.1.1.1): " + Text.escaped(line));
        }
        var lines = toChange();
        lines.removeIf(other -> keyword(other).equalsIgnoreCase(keyword(line)));
        lines.add(line);
        call.edit(() -> live.offer(line));
    }

    @Override
    public void allowMailParameter(String keyword) {
        checkKeyword(keyword);
        call.edit(() -> live.allowMailParameter(keyword));
    }

    @Override
    public void allowRcptParameter(String keyword) {
        checkKeyword(keyword);
        call.edit(() -> live.allowRcptParameter(keyword));
    }

    @Override
    public boolean withdraw(String keyword) {
        boolean there = toChange().removeIf(line -> keyword(line).equalsIgnoreCase(keyword));
        if (there) {
            call.edit(() -> live.withdraw(keyword));
        }
        return there;
    }

    @Override
    public List<String> lines() {
        var list = pending;
        return list != null && call.isOpen() ? List.copyOf(list) : live.lines();
    }

    private static String keyword(String line) {
        int blank = line.indexOf(' ');
        return blank < 0 ? line : line.substring(0, blank);
    }

    private static void checkKeyword(String keyword) {
        if (!KEYWORD.matcher(keyword).matches()) {
            throw new IllegalArgumentException("want a parameter's keyword: " + Text.escaped(keyword));
        }
    }
}
