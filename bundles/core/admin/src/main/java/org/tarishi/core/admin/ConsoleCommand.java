package org.tarishi.core.admin;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.BiFunction;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The command {@code console}: the accounts, from the command line. */
@Component(
        service = BiFunction.class,
        property = {
            "tarishi.command=console",
            "tarishi.command.help=" + ConsoleCommand.USAGE + ": the console's users and their passwords"
        })
public final class ConsoleCommand implements BiFunction<List<String>, Appendable, Integer> {
    static final String USAGE = "console password [USER] | user add NAME | user list | user remove NAME";

    private final Access access;

    private record Answer(int code, String text) {
        static Answer done(String text) {
            return new Answer(0, text);
        }

        static Answer failed(String why) {
            return new Answer(1, "console: " + why);
        }

        static Answer unknown() {
            return new Answer(2, "usage: " + USAGE);
        }
    }

    /** Works on the accounts of {@code access}. */
    @Activate
    public ConsoleCommand(@Reference Access access) {
        this.access = access;
    }

    /**
     * Runs the command.
     *
     * @param arguments the client's working directory, then what was typed behind {@code console}
     * @param out what the client sees, a new password too
     * @return 0 when done, 1 when it can't be done, 2 when there is no such command
     */
    @Override
    public Integer apply(List<String> arguments, Appendable out) {
        var answer = answer(arguments.stream().skip(1).toList());
        try {
            out.append(answer.text()).append('\n');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return answer.code();
    }

    private Answer answer(List<String> words) {
        try {
            return switch (words.size()) {
                case 1 -> words.equals(List.of("password")) ? renew("admin") : Answer.unknown();
                case 2 -> {
                    if (words.getFirst().equals("password")) {
                        yield renew(words.getLast());
                    }
                    yield words.equals(List.of("user", "list"))
                            ? Answer.done(String.join("\n", access.users()))
                            : Answer.unknown();
                }
                case 3 -> {
                    if (!words.getFirst().equals("user")) {
                        yield Answer.unknown();
                    }
                    yield switch (words.get(1)) {
                        case "add" -> told(words.getLast(), access.add(words.getLast()));
                        case "remove" -> remove(words.getLast());
                        default -> Answer.unknown();
                    };
                }
                default -> Answer.unknown();
            };
        } catch (IllegalArgumentException e) {
            return Answer.failed(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return Answer.failed("nothing has changed, the accounts can't be written: " + e);
        }
    }

    private Answer renew(String user) throws IOException {
        return told(user, access.renew(user));
    }

    private Answer remove(String user) throws IOException {
        access.remove(user);
        return Answer.done("user " + user + " removed");
    }

    private static Answer told(String user, String password) {
        return Answer.done("user " + user + ", password " + password);
    }
}
